export { cancelExpiration, expiration, expirePrefix, type ExpirationReport } from './expiration.js';
export type { ExpirationOptions, ExpireOptions } from './options.js';
