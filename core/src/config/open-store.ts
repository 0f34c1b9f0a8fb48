import type { DiagnoseContext, Finding, StoreAdapter } from '../adapter.js';
import type { Clock } from '../clock.js';
import type { StoreDriver } from '../driver.js';
import { StoreError } from '../errors.js';
import type { StoreJobs } from '../jobs.js';
import type { ObjectStore } from '../object-store.js';
import type { ServiceTerms } from '../planning/terms.js';
import type { OnRetry } from '../retry.js';
import { createObjectStore } from '../store/portable-store.js';
import { checkOptions } from './check-options.js';
import type { Environment } from './interpolate.js';
import type { OptionedMethod } from './option-shapes.js';
import {
  checkShape,
  resolveStore,
  selectStore,
  type ResolveContext,
  type ResolvedStore,
  type StoreConfig,
  type StoreEntry,
} from './store-config.js';

export interface OpenOptions {
  /** The adapters that the configuration may name. */
  readonly adapters: readonly StoreAdapter[];
  /** Which of the named stores; default: `config.default`, or the only one. */
  readonly name?: string | undefined;
  /** Where relative paths start; default: the current directory. */
  readonly baseDirectory?: string | undefined;
  /** Where `${NAME}` comes from; default: `process.env`. */
  readonly env?: Environment | undefined;
  readonly clock?: Clock | undefined;
  /** Called before each wait for another attempt, by every operation. What it throws ends the operation. */
  readonly onRetry?: OnRetry | undefined;
}

/**
 * Opens one store of a configuration, or the store that a single entry describes. Nothing is contacted yet:
 * what is unreachable or missing shows at the first request.
 *
 * @throws StoreError `InvalidConfig` that names the path, what was found and what is allowed; `InvalidArgument` for options
 * that are misspelt or of the wrong type
 */
export async function openStore(
  config: StoreConfig | StoreEntry,
  options: OpenOptions,
): Promise<ObjectStore> {
  return openNow(config, options);
}

/** As {@link openStore}, for containers, which do not wait. */
export function openNow(config: StoreConfig | StoreEntry, options: OpenOptions): ObjectStore {
  const resolved = resolveOne(config, options, 'openStore');
  const { clock, onRetry } = options;
  return createObjectStore(resolved.createDriver(), { retry: resolved.retry, clock, onRetry });
}

/**
 * The driver of a store, for servers that pass single requests on and leave retries to their clients. Applications use
 * `openStore`.
 *
 * @throws StoreError `InvalidConfig` as `openStore`
 */
export function openDriver(config: StoreConfig | StoreEntry, options: OpenOptions): StoreDriver {
  return resolveOne(config, options, 'openDriver').createDriver();
}

/**
 * The jobs of a store's provider. Undefined where its adapter has none.
 *
 * @throws StoreError `InvalidConfig` as `openStore`
 */
export function openJobs(config: StoreConfig | StoreEntry, options: OpenOptions): StoreJobs | undefined {
  return resolveOne(config, options, 'openJobs').jobs?.();
}

/**
 * What a store's provider publishes about its service, for `planDeletion`; empty where nothing is known.
 *
 * @throws StoreError `InvalidConfig` as `openStore`
 */
export function storeTerms(config: StoreConfig | StoreEntry, options: OpenOptions): ServiceTerms {
  return resolveOne(config, options, 'storeTerms').terms();
}

/**
 * Finds out how a store's service behaves; see `StoreAdapter.diagnose`. Undefined where its adapter cannot tell.
 *
 * @throws StoreError `InvalidConfig` as `openStore`
 */
export function diagnoseStore(
  config: StoreConfig | StoreEntry,
  options: OpenOptions,
  context: DiagnoseContext,
): AsyncIterable<Finding> | undefined {
  checkOptions('diagnose', context);
  return resolveOne(config, options, 'diagnoseStore').diagnose?.(context);
}

function resolveOne(
  config: StoreConfig | StoreEntry,
  options: OpenOptions,
  caller: OptionedMethod,
): ResolvedStore {
  checkOptions(caller, options);
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
  checkOptions('checkConfig', options);
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

/** Options with their defaults. */
export function resolveContext(options: Omit<OpenOptions, 'name'>): ResolveContext {
  return {
    adapters: options.adapters,
    baseDirectory: options.baseDirectory ?? process.cwd(),
    environment: options.env ?? process.env,
  };
}

function namedEntry(config: StoreConfig, wanted: string | undefined): { path: string; entry: StoreEntry } {
  const { name, entry } = selectStore(config, wanted);
  return { path: `stores.${name}`, entry };
}

function isEntry(config: StoreConfig | StoreEntry): config is StoreEntry {
  return typeof config === 'object' && config !== null && 'provider' in config;
}
