import type { OpenOptions, StoreConfig, StoreEntry } from '@store/core';
import { defineOptions, optionTypes as types, resolveEntry } from '@store/core/extend';
import { oss } from '../adapter.js';
import { OssJobs } from './jobs.js';

export type OpenJobsOptions = Pick<OpenOptions, 'name' | 'baseDirectory' | 'env'>;

const OPTIONS = defineOptions<OpenJobsOptions>()('openJobs', {
  name: { type: types.text },
  baseDirectory: { type: types.text },
  env: { type: types.objectWith([], 'expected an object') },
});

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
