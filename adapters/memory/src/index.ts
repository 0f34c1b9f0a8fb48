export { memory } from './adapter.js';
export type { MemoryConfig } from './config.js';
export { memoryDriver } from './driver.js';
export { MemoryObjects } from './memory-objects.js';
