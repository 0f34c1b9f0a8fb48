export { fs } from './adapter.js';
export type { FsConfig } from './config.js';
export { FsDriver } from './driver.js';
export { fsModule } from './module.js';
