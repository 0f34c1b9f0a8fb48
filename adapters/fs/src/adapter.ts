import { resolve } from 'node:path';
import type { StoreAdapter } from '@store/driver';
import { fsConfigSchema, type FsConfig } from './config.js';
import { fsDriver } from './driver.js';
import { fsUrl } from './url.js';

/** `provider: 'fs'`: a store in a directory on disk. */
export const fs: StoreAdapter<'fs', FsConfig> = {
  provider: 'fs',
  schema: fsConfigSchema,
  secretKeys: [],
  createDriver: (config, { baseDirectory }) => fsDriver(resolve(baseDirectory, config.root), config),
  url: fsUrl,
};
