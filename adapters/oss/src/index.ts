export { oss } from './adapter.js';
export type { OssConfig, StsCredentials } from './config.js';
export { OssDriver } from './driver.js';
export { ossModule } from './module.js';
