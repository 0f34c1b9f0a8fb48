import { z } from 'zod';
import type { DiagnoseContext, StoreAdapter } from '../adapter.js';
import type { ExpirationOptions, ExpireOptions } from '../lifecycle/expiration.js';
import type { CallOptions, ObjectStore } from '../object-store.js';
import { defineOptions } from '../options/define-options.js';
import type { OptionTable } from '../options/option-table.js';
import * as types from '../options/option-types.js';
import type { EstimateOptions } from '../planning/estimate.js';
import type { PlanOptions } from '../planning/plan.js';
import { STORE_OPTIONS } from '../store/option-tables.js';
import type { ObjectStoreSettings } from '../store/portable-store.js';
import type { OpenOptions } from './open-store.js';

/** The methods of `ObjectStore` that take options: one that is new does not compile until it is in the table. */
type StoreMethod = Exclude<keyof ObjectStore, 'provider' | 'capabilities' | 'close' | symbol>;

const callTable = { signal: { type: types.signal } } as const satisfies OptionTable<CallOptions>;
const tag = () => z.strictObject({ name: z.string(), value: z.string() });

const STORE = {
  ...STORE_OPTIONS,
  estimate: defineOptions<EstimateOptions>()('estimate', {
    ...callTable,
    maxRequests: { type: () => z.int().min(1).max(10_000) },
    concurrency: { type: types.concurrency },
  }),
  expirePrefix: defineOptions<ExpireOptions>()('expirePrefix', {
    ...callTable,
    days: { type: types.number },
    noncurrentDays: { type: types.number },
    uploadsDays: { type: types.number },
    expiredMarkers: { type: types.flag },
    tag: { type: tag },
    partialName: { type: types.flag },
    entireStore: { type: types.flag },
    dryRun: { type: types.flag },
  }),
  expiration: defineOptions<ExpirationOptions>()('expiration', {
    ...callTable,
    countLimit: { type: types.count },
    removeWhenEmpty: { type: types.flag },
  }),
  cancelExpiration: defineOptions<CallOptions>()('cancelExpiration', callTable),
} satisfies Record<StoreMethod, object>;

const adapter = types.objectWith(['createDriver'], 'expected an adapter, such as { s3 } of @store/s3');

const withinTable = {
  name: { type: types.text },
  baseDirectory: { type: types.text },
  env: {
    type: () =>
      z.custom<NonNullable<OpenOptions['env']>>(
        (value) => typeof value === 'object' && value !== null,
        'expected an object',
      ),
  },
  clock: { type: types.objectWith(['now', 'sleep'], 'expected a clock: { now, sleep }') },
  onRetry: { type: types.callback },
} as const satisfies OptionTable<Omit<OpenOptions, 'adapters'>>;

const openTable = {
  ...withinTable,
  adapters: {
    type: () => z.array(adapter<StoreAdapter>()),
    needed: true,
  },
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
  storeTerms: defineOptions<OpenOptions>()('storeTerms', openTable),
  diagnoseStore: defineOptions<OpenOptions>()('diagnoseStore', openTable),
  diagnose: defineOptions<DiagnoseContext>()('diagnose', {
    ...callTable,
    prefix: { type: types.text, needed: true },
  }),
  checkConfig: defineOptions<OpenOptions>()('checkConfig', openTable),
  createContainer: defineOptions<Omit<OpenOptions, 'adapters'>>()('createContainer', withinTable),
  storeModule: defineOptions<Omit<OpenOptions, 'adapters'>>()('storeModule', withinTable),
  planDeletion: defineOptions<PlanOptions>()('planDeletion', {
    jobs: { type: types.flag },
    concurrency: { type: types.concurrency },
    maxKeysPerSecond: { type: types.rate },
    terms: { type: () => z.looseObject({}) },
  }),
};

/** A method or function that takes options. */
export type OptionedMethod = keyof typeof STORE | keyof typeof FUNCTIONS;

export const OPTIONS = { ...STORE, ...FUNCTIONS };
