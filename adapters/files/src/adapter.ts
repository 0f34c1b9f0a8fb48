import { resolve } from 'node:path';
import type { StoreAdapter } from '@store/driver';
import { filesConfigSchema, type FilesConfig } from './config.js';
import { filesDriver } from './driver.js';
import { fileUrl } from './url.js';

/** `provider: 'files'`: the files of a directory, under their own names. */
export const files: StoreAdapter<'files', FilesConfig> = {
  provider: 'files',
  schema: filesConfigSchema,
  secretKeys: [],
  createDriver: (config, { baseDirectory }) => filesDriver(resolve(baseDirectory, config.root), config),
  url: fileUrl,
  mirroring: (mirror: string) => ({ mirror }) satisfies Partial<FilesConfig>,
  reachingDisk: { fsync: true } satisfies Partial<FilesConfig>,
  followingLinks: { followSymlinks: true } satisfies Partial<FilesConfig>,
};
