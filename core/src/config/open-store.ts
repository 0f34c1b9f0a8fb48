import {
  defineOptions,
  optionTypes as types,
  StoreError,
  type AdapterContext,
  type DiagnoseContext,
  type Finding,
  type StoreAdapter,
  type StoreDriver,
} from '@store/driver';
import type { ObjectStore } from '../object-store.js';
import { createObjectStore } from '../store/portable-store.js';
import type { ConfigFor, StoreConfig, StoreEntry } from './config-types.js';
import { openOptions, type OpenOptions } from './open-options.js';
import {
  checkShape,
  resolveStore,
  selectStore,
  type ResolveContext,
  type ResolvedEntry,
} from './store-config.js';

const OPTIONS = {
  openStore: openOptions('openStore'),
  openDriver: openOptions('openDriver'),
  diagnoseStore: openOptions('diagnoseStore'),
  checkConfig: openOptions('checkConfig'),
};

const DIAGNOSE_OPTIONS = defineOptions<DiagnoseContext>()('diagnose', {
  signal: { type: types.signal },
  prefix: { type: types.text, needed: true },
});

/** What it takes to find a store's entry and its adapter. */
export interface ResolveOptions<Config = unknown> extends Pick<
  OpenOptions,
  'name' | 'baseDirectory' | 'env'
> {
  readonly adapters: readonly StoreAdapter<string, Config>[];
}

/**
 * Opens one store of a configuration, or the store that a single entry describes. Nothing is contacted yet:
 * what is unreachable or missing shows at the first request.
 *
 * @throws StoreError `InvalidConfig` that names the path, what was found and what is allowed; `InvalidArgument` for options
 * that are misspelt or of the wrong type
 */
export async function openStore<Adapter extends StoreAdapter, const Given extends object>(
  config: ConfigFor<Adapter, Given> | StoreEntry<Adapter>,
  options: OpenOptions<Adapter>,
): Promise<ObjectStore> {
  return openNow(config, options);
}

/** As {@link openStore}, for containers, which do not wait. */
export function openNow(config: unknown, options: OpenOptions): ObjectStore {
  OPTIONS.openStore.check(options);
  const { adapter, config: checked, retry } = resolveEntry(config, options);
  const { clock, split, onRetry, contentTypeOf, wrap = asItIs } = options;
  const driver = wrap(adapter.createDriver(checked, adapterContext(options)));
  return createObjectStore(driver, { retry, clock, split, onRetry, contentTypeOf });
}

/**
 * The driver of a store, for servers that pass single requests on and leave retries to their clients. Applications use
 * `openStore`.
 *
 * @throws StoreError `InvalidConfig` as `openStore`
 */
export function openDriver<Adapter extends StoreAdapter, const Given extends object>(
  config: ConfigFor<Adapter, Given> | StoreEntry<Adapter>,
  options: OpenOptions<Adapter>,
): StoreDriver {
  OPTIONS.openDriver.check(options);
  const { adapter, config: checked } = resolveEntry(config, options);
  const { wrap = asItIs } = options;
  return wrap(adapter.createDriver(checked, adapterContext(options)));
}

/**
 * Finds out how a store's service behaves; see `StoreAdapter.diagnose`. Undefined where its adapter cannot tell.
 *
 * @throws StoreError `InvalidConfig` as `openStore`
 */
export function diagnoseStore<Adapter extends StoreAdapter, const Given extends object>(
  config: ConfigFor<Adapter, Given> | StoreEntry<Adapter>,
  options: OpenOptions<Adapter>,
  context: DiagnoseContext,
): AsyncIterable<Finding> | undefined {
  DIAGNOSE_OPTIONS.check(context);
  OPTIONS.diagnoseStore.check(options);
  const { adapter, config: checked } = resolveEntry(config, options);
  return adapter.diagnose?.(checked, context);
}

/**
 * Checks the store of a configuration that the options name, as {@link openStore} does, for functions that need another
 * thing of its adapter than a store.
 *
 * @throws StoreError `InvalidConfig` as `openStore`
 */
export function resolveEntry<Config>(
  config: unknown,
  options: ResolveOptions<Config>,
): ResolvedEntry<Config> {
  const { path, entry } = isEntry(config)
    ? { path: 'store', entry: config }
    : namedEntry(checkShape(config), options.name);
  return resolveStore(entry, path, resolveContext(options));
}

/**
 * Checks all stores of a configuration without opening any.
 *
 * @throws StoreError `InvalidConfig` that lists every problem
 */
export function checkConfig(config: unknown, options: Omit<OpenOptions, 'name' | 'clock'>): StoreConfig {
  OPTIONS.checkConfig.check(options);
  const checked = checkShape(config);
  const context = resolveContext(options);
  const problems: string[] = [];
  const checks = Object.entries(checked.stores).map(
    ([name, entry]) =>
      () =>
        void resolveStore(entry, `stores.${name}`, context),
  );
  for (const check of checks) {
    try {
      check();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new StoreError('InvalidConfig', problems.join('; '));
  return checked;
}

function asItIs(driver: StoreDriver): StoreDriver {
  return driver;
}

/** Options with their defaults. */
function resolveContext<Config>(options: ResolveOptions<Config>): ResolveContext<Config> {
  return {
    adapters: options.adapters,
    environment: options.env ?? process.env,
    ...adapterContext(options),
  };
}

function adapterContext({ baseDirectory }: Pick<OpenOptions, 'baseDirectory'>): AdapterContext {
  return { baseDirectory: baseDirectory ?? process.cwd() };
}

function namedEntry(config: StoreConfig, wanted: string | undefined): { path: string; entry: StoreEntry } {
  const { name, entry } = selectStore(config, wanted);
  return { path: `stores.${name}`, entry };
}

function isEntry(config: unknown): config is StoreEntry {
  return (
    typeof config === 'object' && config !== null && 'provider' in config && config.provider !== undefined
  );
}
