import type { ConfigFor, OpenOptions, StoreAdapter, StoreEntry } from '@store/core';
import { defineOptions } from '@store/driver';
import { entryTable, resolveEntry } from '@store/core/config';
import type { ServiceTerms } from './terms.js';

/** An adapter that knows what its provider publishes about the service that a configuration leads to. */
export interface PricedAdapter<Config = unknown> {
  /** Does no I/O. Undefined where nothing is known. */
  terms?(config: Config): ServiceTerms | undefined;
}

export type TermsOptions<Adapter extends StoreAdapter & PricedAdapter = StoreAdapter & PricedAdapter> = Pick<
  OpenOptions<Adapter>,
  'adapters' | 'name' | 'baseDirectory' | 'env'
>;

const OPTIONS = defineOptions<TermsOptions>()('storeTerms', entryTable);

/**
 * What a store's provider publishes about its service, for {@link planDeletion}; empty where nothing is known.
 *
 * @throws StoreError `InvalidConfig` as `openStore`
 */
export function storeTerms<Adapter extends StoreAdapter & PricedAdapter, const Given extends object>(
  config: ConfigFor<Adapter, Given> | StoreEntry<Adapter>,
  options: TermsOptions<Adapter>,
): ServiceTerms {
  OPTIONS.check(options);
  const resolved = resolveEntry(config, options);
  const adapter: StoreAdapter & PricedAdapter = resolved.adapter;
  return adapter.terms?.(resolved.config) ?? {};
}
