export { s3 } from './adapter.js';
export { quirksOf, type S3Config } from './config.js';
export { s3Driver, type S3Driver } from './driver.js';
export { PROFILE_NAMES, PROFILES, type ProfileName } from './profiles.js';
export type { Quirks } from './quirks.js';
