import type { StoreAdapter } from '@store/core';
import { addressScheme } from '@store/kit';
import { quirksOf, s3ConfigSchema, type S3Config } from './config.js';
import { s3Driver } from './driver.js';
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
   * `s3://bucket/key`: the key is everything behind the bucket, byte for byte, as in the AWS CLI. Region,
   * endpoint and credentials come from the SDK's environment variables and files.
   */
  url: addressScheme({
    scheme: 's3',
    example: 's3://bucket/key',
    optional: { endpoint: ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'] },
  }),
  async *diagnose(config, context) {
    // It is read by those alone who ask for it.
    const { diagnose } = await import('./diagnosis/diagnose.js');
    yield* diagnose(config, quirksOf(config), context);
  },
};
