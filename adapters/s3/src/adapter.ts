import type { StoreAdapter } from '@store/core';
import { quirksOf, s3ConfigSchema, type S3Config } from './config.js';
import { s3Driver } from './driver.js';
import { s3Terms } from './terms.js';
import { s3Url } from './url.js';

/** `provider: 's3'`: AWS S3, and services that speak its API. */
export const s3: StoreAdapter<'s3', S3Config> & { readonly terms: typeof s3Terms } = {
  provider: 's3',
  schema: s3ConfigSchema,
  secretKeys: ['accessKeyId', 'secretAccessKey', 'sessionToken'],
  createDriver: s3Driver,
  /** What the provider publishes, as `@store/planning` reads it. */
  terms: s3Terms,
  url: s3Url,
  async *diagnose(config, context) {
    // It is read by those alone who ask for it.
    const { diagnose } = await import('./diagnosis/diagnose.js');
    yield* diagnose(config, quirksOf(config), context);
  },
};
