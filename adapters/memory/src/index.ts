export { memory } from './adapter.js';
export type { MemoryConfig } from './config.js';
export { MemoryDriver } from './driver.js';
