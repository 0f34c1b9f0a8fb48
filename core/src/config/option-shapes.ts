import { z } from 'zod';
import type { DiagnoseContext, StoreAdapter } from '../adapter.js';
import type { CallOptions, ObjectStore } from '../object-store.js';
import { defineOptions } from '../options/define-options.js';
import type { OptionTable } from '../options/option-table.js';
import * as types from '../options/option-types.js';
import { STORE_OPTIONS } from '../store/option-tables.js';
import type { ObjectStoreSettings } from '../store/portable-store.js';
import type { OpenOptions } from './open-store.js';

/** Those that take options. */
type StoreMethod = Exclude<keyof ObjectStore, 'provider' | 'capabilities' | 'close' | symbol>;

const callTable = { signal: { type: types.signal } } as const satisfies OptionTable<CallOptions>;

/** A method of `ObjectStore` that is new does not compile until its options are in the table. */
const STORE = STORE_OPTIONS satisfies Record<StoreMethod, object>;

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
      z.custom<NonNullable<OpenOptions['env']>>(
        (value) => typeof value === 'object' && value !== null,
        'expected an object',
      ),
  },
} as const satisfies OptionTable<Pick<OpenOptions, 'adapters' | 'name' | 'baseDirectory' | 'env'>>;

const { adapters, ...placeTable } = entryTable;

const withinTable = {
  ...placeTable,
  clock: { type: types.objectWith(['now', 'sleep'], 'expected a clock: { now, sleep }') },
  onRetry: { type: types.callback },
} as const satisfies OptionTable<Omit<OpenOptions, 'adapters'>>;

const openTable = {
  ...withinTable,
  adapters,
} as const satisfies OptionTable<OpenOptions>;

const FUNCTIONS = {
  createObjectStore: defineOptions<ObjectStoreSettings>()('createObjectStore', {
    retry: {
      type: () =>
        z
          .strictObject({
            maxAttempts: z.number(),
            baseDelayMs: z.number(),
            maxDelayMs: z.number(),
            patienceMs: z.number(),
          })
          .partial(),
    },
    onRetry: { type: types.callback },
    clock: { type: types.objectWith(['now', 'sleep'], 'expected a clock: { now, sleep }') },
  }),
  openStore: defineOptions<OpenOptions>()('openStore', openTable),
  openDriver: defineOptions<OpenOptions>()('openDriver', openTable),
  diagnoseStore: defineOptions<OpenOptions>()('diagnoseStore', openTable),
  diagnose: defineOptions<DiagnoseContext>()('diagnose', {
    ...callTable,
    prefix: { type: types.text, needed: true },
  }),
  checkConfig: defineOptions<OpenOptions>()('checkConfig', openTable),
  createContainer: defineOptions<Omit<OpenOptions, 'adapters'>>()('createContainer', withinTable),
  storeModule: defineOptions<Omit<OpenOptions, 'adapters'>>()('storeModule', withinTable),
};

/** A method or function that takes options. */
export type OptionedMethod = keyof typeof STORE | keyof typeof FUNCTIONS;

export const OPTIONS = { ...STORE, ...FUNCTIONS };
