import type { OpenOptions, StoreConfig, StoreEntry } from '@store/core';
import { defineOptions } from '@store/driver';
import { entryTable, resolveEntry } from '@store/core/config';
import { oss } from '../adapter.js';
import { OssJobs } from './jobs.js';

export type OpenJobsOptions = Pick<OpenOptions, 'name' | 'baseDirectory' | 'env'>;

const { adapters: _adapters, ...table } = entryTable;

const OPTIONS = defineOptions<OpenJobsOptions>()('openJobs', table);

/**
 * The jobs of the account and region that a store of OSS is in. Contacts nothing.
 *
 * @param config as for `openStore`
 * @throws StoreError `InvalidConfig` as `openStore`, and for a store of another provider
 */
export function openJobs(config: StoreConfig | StoreEntry, options: OpenJobsOptions = {}): OssJobs {
  const resolved = resolveEntry(config, { ...OPTIONS.check(options), adapters: [oss] });
  return new OssJobs(resolved.config, resolved.retry);
}
