import type { StoreAdapter } from '@store/core';
import { s3ConfigSchema, type S3Config } from './config.js';
import { diagnose } from './diagnosis/diagnose.js';
import { S3Driver } from './driver.js';
import { PROFILES, profileOf } from './profiles.js';
import type { Quirks } from './quirks.js';
import { s3Terms } from './terms.js';
import { s3Url } from './url.js';

/** `provider: 's3'`: AWS S3, and services that speak its API. */
export const s3: StoreAdapter<'s3', S3Config> = {
  provider: 's3',
  schema: s3ConfigSchema,
  secretKeys: ['accessKeyId', 'secretAccessKey', 'sessionToken'],
  createDriver: (config) => new S3Driver(config, quirksOf(config)),
  terms: s3Terms,
  url: s3Url,
  diagnose: (config, context) => diagnose(config, quirksOf(config), context),
};

/** The profile's quirks, with those that the configuration sets on its own. */
export function quirksOf(config: S3Config): Quirks {
  const given = Object.entries(config.quirks ?? {}).filter(([, value]) => value !== undefined);
  return { ...PROFILES[profileOf(config)], ...Object.fromEntries(given) };
}
