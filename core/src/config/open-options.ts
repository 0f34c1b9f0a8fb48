import { z } from 'zod';
import type { DiagnoseContext, StoreAdapter } from '../adapter.js';
import type { StoreDriver } from '../driver.js';
import type { Clock } from '../engine/clock.js';
import type { OnRetry } from '../engine/retry.js';
import { defineOptions } from '../options/define-options.js';
import type { OptionTable } from '../options/option-table.js';
import * as types from '../options/option-types.js';
import type { Environment } from './interpolate.js';

export interface OpenOptions<Adapter extends StoreAdapter = StoreAdapter> {
  /** The adapters that the configuration may name. */
  readonly adapters: readonly Adapter[];
  /** Which of the named stores; default: `config.default`, or the only one. */
  readonly name?: string | undefined;
  /** Where relative paths start; default: the current directory. */
  readonly baseDirectory?: string | undefined;
  /** Where `${NAME}` comes from; default: `process.env`. */
  readonly env?: Environment | undefined;
  readonly clock?: Clock | undefined;
  /** Called before each wait for another attempt, by every operation. What it throws ends the operation. */
  readonly onRetry?: OnRetry | undefined;
  /** Puts something around the driver, such as `readOnly` or `withPrefix` of `@store/wrappers`. */
  readonly wrap?: ((driver: StoreDriver) => StoreDriver) | undefined;
}

const adapter = types.objectWith(['createDriver'], 'expected an adapter, such as { s3 } of @store/s3');

/** What finds a store's entry and its adapter. */
export const entryTable = {
  adapters: {
    type: () => z.array(adapter<StoreAdapter>()),
    needed: true,
  },
  name: { type: types.text },
  baseDirectory: { type: types.text },
  env: {
    type: () =>
      z.custom<Environment>((value) => typeof value === 'object' && value !== null, 'expected an object'),
  },
} as const satisfies OptionTable<Pick<OpenOptions, 'adapters' | 'name' | 'baseDirectory' | 'env'>>;

const { adapters, ...placeTable } = entryTable;

/** As {@link openTable}, for containers, which are given the adapters apart. */
export const withinTable = {
  ...placeTable,
  clock: { type: types.objectWith(['now', 'sleep'], 'expected a clock: { now, sleep }') },
  onRetry: { type: types.callback },
  wrap: { type: types.callback },
} as const satisfies OptionTable<Omit<OpenOptions, 'adapters'>>;

export const openTable = { ...withinTable, adapters } as const satisfies OptionTable<OpenOptions>;

export const diagnoseOptions = defineOptions<DiagnoseContext>()('diagnose', {
  signal: { type: types.signal },
  prefix: { type: types.text, needed: true },
});
