export { fs } from './adapter.js';
export type { FsConfig } from './config.js';
export { fsDriver } from './driver.js';
