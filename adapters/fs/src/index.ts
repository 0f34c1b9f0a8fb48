export type { FsConfig } from './config.js';
export { DirectoryStores } from './directory-stores.js';
export { fs } from './adapter.js';
export { fsDriver } from './driver.js';
