import type { StoreAdapter } from '@store/driver';
import { addressScheme, switchParameter, textParameter, wordParameter } from '@store/kit';
import { quirksOf, s3ConfigSchema, type S3Config } from './config.js';
import { s3Driver } from './driver.js';
import { PROFILE_NAMES } from './profiles.js';
import { s3Terms } from './terms.js';

/** `provider: 's3'`: AWS S3, and services that speak its API. */
export const s3: StoreAdapter<'s3', S3Config> & { readonly terms: typeof s3Terms } = {
  provider: 's3',
  schema: s3ConfigSchema,
  secretKeys: ['accessKeyId', 'secretAccessKey', 'sessionToken'],
  createDriver: s3Driver,
  /** What the provider publishes, as `@store/planning` reads it. */
  terms: s3Terms,
  /**
   * `s3://bucket/key?region=…&endpoint=…&profile=…&service=…&pathStyle=…`: the key is everything behind the bucket, up to the
   * parameters, byte for byte. What is not named comes from the SDK's environment variables and files, credentials always.
   * `service` is what configurations call `profile`, and `profile` a profile of the credentials.
   */
  url: addressScheme({
    scheme: 's3',
    example: 's3://bucket/key',
    parameters: {
      region: wordParameter('region', {
        variables: ['AWS_REGION', 'AWS_DEFAULT_REGION'],
        sets: (region) => ({ region }),
      }),
      endpoint: textParameter('endpoint', {
        variables: ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'],
        sets: (endpoint) => ({ endpoint }),
      }),
      // `AWS_PROFILE` is read by the SDK.
      profile: textParameter('profile', { sets: (credentialsProfile) => ({ credentialsProfile }) }),
      service: {
        setting: 'service',
        form: new RegExp(`^(?:${PROFILE_NAMES.join('|')})$`),
        expected: `one of ${PROFILE_NAMES.join(', ')}`,
        sets: (profile) => ({ profile }),
      },
      pathStyle: switchParameter('pathStyle', (forcePathStyle) => ({ quirks: { forcePathStyle } })),
    },
  }),
  async *diagnose(config, context) {
    // It is read by those alone who ask for it.
    const { diagnose } = await import('./diagnosis/diagnose.js');
    yield* diagnose(config, quirksOf(config), context);
  },
};
