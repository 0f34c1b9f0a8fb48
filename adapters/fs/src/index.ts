export { fs } from './adapter.js';
export type { FsConfig } from './config.js';
export { FsDriver } from './driver.js';
