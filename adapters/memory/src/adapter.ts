import type { StoreAdapter } from '@store/driver';
import { memoryConfigSchema, type MemoryConfig } from './config.js';
import { memoryDriver } from './driver.js';

/** `provider: 'memory'`: a store that lives as long as the process. */
export const memory: StoreAdapter<'memory', MemoryConfig> = {
  provider: 'memory',
  schema: memoryConfigSchema,
  secretKeys: [],
  createDriver: (config) => memoryDriver(config),
};
