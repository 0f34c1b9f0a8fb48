export { files } from './adapter.js';
export type { FilesConfig } from './config.js';
export { filesDriver } from './driver.js';
