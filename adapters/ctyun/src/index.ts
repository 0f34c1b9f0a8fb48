export { ctyun } from './adapter.js';
export type { CtyunConfig, DataPlaneConfig } from './config.js';
export { CtyunDriver } from './driver.js';
