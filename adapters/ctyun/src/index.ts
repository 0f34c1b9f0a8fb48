export { ctyun } from './adapter.js';
export type { CtyunConfig, DataPlaneConfig } from './config.js';
export { ctyunDriver, type CtyunDriver } from './driver.js';
