import type { StoreAdapter } from '@store/driver';
import { addressScheme, switchParameter, textParameter, wordParameter } from '@store/kit';
import { ossConfigSchema, type OssConfig } from './config.js';
import { ossDriver } from './driver.js';
import { ossTerms } from './terms.js';

/** `provider: 'oss'`: Alibaba Cloud OSS. */
export const oss: StoreAdapter<'oss', OssConfig> & { readonly terms: typeof ossTerms } = {
  provider: 'oss',
  schema: ossConfigSchema,
  secretKeys: ['accessKeyId', 'accessKeySecret', 'stsToken'],
  createDriver: ossDriver,
  /** What the provider publishes, as `@store/planning` reads it. */
  terms: ossTerms,
  /**
   * `oss://bucket/key?region=oss-cn-beijing&endpoint=…`: the key is everything up to the parameters at the end, byte for
   * byte. Credentials come from `OSS_ACCESS_KEY_ID`, `OSS_ACCESS_KEY_SECRET` and `OSS_SESSION_TOKEN`, else from
   * `ALIBABA_CLOUD_ACCESS_KEY_ID` and so on, what is not named from `OSS_REGION` and `OSS_ENDPOINT`: the variables of Alibaba
   * Cloud's own tools, which also write regions without `oss-`, and endpoints without `https://`.
   */
  url: addressScheme({
    scheme: 'oss',
    example: 'oss://bucket/key?region=oss-cn-beijing',
    parameters: {
      region: wordParameter('region', {
        needed: true,
        variables: ['OSS_REGION'],
        sets: (region) => ({ region: region.replace(/^(?!oss-)/, 'oss-') }),
      }),
      endpoint: textParameter('endpoint', {
        variables: ['OSS_ENDPOINT'],
        sets: (endpoint) => ({ endpoint: endpoint.replace(/^(?!\w+:\/\/)/, 'https://') }),
      }),
      pathStyle: switchParameter('pathStyle', (pathStyle) => ({ pathStyle })),
    },
    credentials: [
      {
        needed: { accessKeyId: 'OSS_ACCESS_KEY_ID', accessKeySecret: 'OSS_ACCESS_KEY_SECRET' },
        optional: { stsToken: 'OSS_SESSION_TOKEN' },
      },
      {
        needed: {
          accessKeyId: 'ALIBABA_CLOUD_ACCESS_KEY_ID',
          accessKeySecret: 'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
        },
        optional: { stsToken: 'ALIBABA_CLOUD_SECURITY_TOKEN' },
      },
    ],
  }),
};
