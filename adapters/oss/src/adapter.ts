import type { StoreAdapter } from '@store/core';
import { addressScheme } from '@store/kit';
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
   * `oss://bucket/key?region=oss-cn-beijing`: the key is everything up to `?region=` at the end, byte for byte.
   * Credentials come from `OSS_ACCESS_KEY_ID`, `OSS_ACCESS_KEY_SECRET` and `OSS_SESSION_TOKEN`, a region that is not
   * named from `OSS_REGION`: the variables of Alibaba Cloud's own tools.
   */
  url: addressScheme({
    scheme: 'oss',
    example: 'oss://bucket/key?region=oss-cn-beijing',
    parameter: 'region',
    needed: {
      region: 'OSS_REGION',
      accessKeyId: 'OSS_ACCESS_KEY_ID',
      accessKeySecret: 'OSS_ACCESS_KEY_SECRET',
    },
    optional: { stsToken: ['OSS_SESSION_TOKEN'] },
  }),
};
