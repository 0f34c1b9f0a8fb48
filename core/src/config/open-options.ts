import * as v from 'valibot';
import {
  defineOptions,
  optionTypes as types,
  type StoreAdapter,
  type StoreDriver,
  type Clock,
  type OptionTable,
} from '@store/driver';
import type { EngineSettings, SplitSettings, OnRetry } from '@store/engine';
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
  /** When listings are split into ranges that are listed side by side; see `SplitRules`. */
  readonly split?: SplitSettings | undefined;
  /** Called before each wait for another attempt, by every operation. What it throws ends the operation. */
  readonly onRetry?: OnRetry | undefined;
  /** The content type of what is put under a key without one, such as `lookup` of `mime-types`. */
  readonly contentTypeOf?: EngineSettings['contentTypeOf'];
  /** Puts something around the driver, such as `readOnly` or `withPrefix` of `@store/wrappers`. */
  readonly wrap?: ((driver: StoreDriver) => StoreDriver) | undefined;
}

/** What finds a store's entry and its adapter. */
export const entryTable = {
  adapters: {
    type: () =>
      v.array(
        types.objectWith<StoreAdapter>(['createDriver'], 'expected an adapter, such as { s3 } of @store/s3'),
      ),
    needed: true,
  },
  name: { type: types.text },
  baseDirectory: { type: types.text },
  env: {
    type: () =>
      v.custom<Environment>((value) => typeof value === 'object' && value !== null, 'expected an object'),
  },
} as const satisfies OptionTable<Pick<OpenOptions, 'adapters' | 'name' | 'baseDirectory' | 'env'>>;

const openTable = {
  ...entryTable,
  clock: { type: types.clock },
  split: { type: types.split },
  onRetry: { type: types.callback },
  contentTypeOf: { type: types.callback },
  wrap: { type: types.callback },
} as const satisfies OptionTable<OpenOptions>;

const { adapters: _, ...withinTable } = openTable;

/** The options of a function that opens a store. */
export function openOptions(method: string) {
  return defineOptions<OpenOptions>()(method, openTable);
}

/** The options of a function that is given its adapters beside them. */
export function containerOptions(method: string) {
  return defineOptions<Omit<OpenOptions, 'adapters'>>()(method, withinTable);
}
