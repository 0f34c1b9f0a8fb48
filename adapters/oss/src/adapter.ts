import type { StoreAdapter } from '@store/core';
import { ossConfigSchema, type OssConfig } from './config.js';
import { ossDriver } from './driver.js';
import { ossTerms } from './terms.js';
import { ossUrl } from './url.js';

/** `provider: 'oss'`: Alibaba Cloud OSS. */
export const oss: StoreAdapter<'oss', OssConfig> & { readonly terms: typeof ossTerms } = {
  provider: 'oss',
  schema: ossConfigSchema,
  secretKeys: ['accessKeyId', 'accessKeySecret', 'stsToken'],
  createDriver: ossDriver,
  /** What the provider publishes, as `@store/planning` reads it. */
  terms: ossTerms,
  url: ossUrl,
};
