import * as v from 'valibot';
import {
  checkInput,
  optionTypes as types,
  StoreError,
  suggest,
  type AdapterContext,
  type StoreAdapter,
} from '@store/driver';
import type { RetrySettings } from '@store/engine';
import type { StoreConfig, StoreEntry } from './config-types.js';
import { interpolate, type Environment } from './interpolate.js';
import { refuseProto } from './plain-names.js';

const configSchema = types.plain(
  v.strictObject({
    $schema: v.optional(v.string()),
    default: v.optional(v.string()),
    stores: types.recordOf(types.plain(v.looseObject({ provider: v.string() }))),
    gateway: v.optional(v.unknown()),
  }),
);

/** What every store has, beside its `provider`. */
export const entrySchema = v.strictObject({ retry: v.optional(types.retry()) });

/** A store's configuration after checking, ready to be opened. */
export interface ResolvedEntry<Config = unknown> {
  readonly adapter: StoreAdapter<string, Config>;
  /** As the adapter's schema has made it. */
  readonly config: Config;
  readonly retry: RetrySettings | undefined;
}

export interface ResolveContext<Config = unknown> extends AdapterContext {
  readonly adapters: readonly StoreAdapter<string, Config>[];
  readonly environment: Environment;
}

/**
 * Checks the outer shape of a configuration.
 *
 * @throws StoreError `InvalidConfig`
 */
export function checkShape(config: unknown): StoreConfig {
  refuseProto(config, 'config');
  checkInput(configSchema, config, { code: 'InvalidConfig', what: 'config' });
  // Of this shape, as the schema has found.
  const checked = config as StoreConfig;
  const names = Object.keys(checked.stores);
  if (checked.default !== undefined && !names.includes(checked.default)) {
    throw new StoreError(
      'InvalidConfig',
      `config.default: there is no store ${JSON.stringify(checked.default)}${suggest(checked.default, names, { listAll: true })}`,
    );
  }
  return checked;
}

/**
 * The entry of a store, by its name or as the default.
 *
 * @throws StoreError `InvalidConfig` when there is none
 */
export function selectStore(
  config: StoreConfig,
  name: string | undefined,
): { name: string; entry: StoreEntry } {
  const names = Object.keys(config.stores);
  const wanted = name ?? config.default ?? (names.length === 1 ? names[0] : undefined);
  if (wanted === undefined) {
    throw new StoreError(
      'InvalidConfig',
      `config.default is missing: name one of the stores (${names.join(', ')})`,
    );
  }
  const entry = Object.hasOwn(config.stores, wanted) ? config.stores[wanted] : undefined;
  if (!entry) {
    throw new StoreError(
      'InvalidConfig',
      `there is no store ${JSON.stringify(wanted)} in the configuration${suggest(wanted, names, { listAll: true })}`,
    );
  }
  return { name: wanted, entry };
}

/**
 * Checks one store's entry against its adapter. Opens nothing.
 *
 * @param path where the entry stands, for messages
 * @throws StoreError `InvalidConfig` that names the path, what was found and what is allowed
 */
export function resolveStore<Config>(
  entry: StoreEntry,
  path: string,
  context: ResolveContext<Config>,
): ResolvedEntry<Config> {
  refuseProto(entry, path);
  const { provider, retry, ...rest } = entry;
  const adapter = context.adapters.find((candidate) => candidate.provider === provider);
  if (!adapter) {
    const known = context.adapters.map((candidate) => candidate.provider);
    throw new StoreError(
      'InvalidConfig',
      `${path}.provider: there is no adapter for ${JSON.stringify(provider)}${suggest(provider, known, { listAll: true })}`,
    );
  }
  const common = checkInput(
    entrySchema,
    interpolate(retry === undefined ? {} : { retry }, context.environment, path),
    { code: 'InvalidConfig', what: path },
  );
  const config = checkInput(adapter.schema, interpolate(rest, context.environment, path), {
    code: 'InvalidConfig',
    what: path,
    secretKeys: [...adapter.secretKeys, ...interpolatedKeys(rest)],
    otherKeys: ['provider', 'retry'],
  });
  return { adapter, config, retry: common.retry };
}

/** Values that come from the environment are treated as secrets in messages. */
function interpolatedKeys(entry: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(entry).filter((key) => JSON.stringify(entry[key])?.includes('${'));
}
