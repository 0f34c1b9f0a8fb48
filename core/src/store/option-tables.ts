import { z } from 'zod';
import type { EngineSettings } from '../engine/engine.js';
import { deleteManyOptions, deletePrefixOptions } from '../deletion/options.js';
import type {
  CallOptions,
  CopyOptions,
  DeleteOptions,
  GetOptions,
  ListingOptions,
  ListOptions,
  ObjectStore,
  PresignOptions,
  PutOptions,
  ReadOptions,
  RestoreOptions,
  VersionOptions,
} from '../object-store.js';
import { defineOptions, type DefinedOptions } from '../options/define-options.js';
import type { OptionTable } from '../options/option-table.js';
import * as types from '../options/option-types.js';
import { passThroughTable } from '../pass-through.js';

const callTable = { signal: { type: types.signal } } as const satisfies OptionTable<CallOptions>;
const versionTable = {
  ...callTable,
  versionId: { type: types.id },
} as const satisfies OptionTable<VersionOptions>;
const readTable = {
  ...versionTable,
  ifMatch: { type: types.word },
  ifNoneMatch: { type: types.word },
} as const satisfies OptionTable<ReadOptions>;
const listingTable = {
  ...callTable,
  onUnnameable: { type: types.callback },
} as const satisfies OptionTable<ListingOptions>;

export const deleteOptions = defineOptions<DeleteOptions>()('delete', {
  ...callTable,
  versionId: { type: types.id, cli: { kind: 'text', argument: 'id', help: 'delete this version' } },
  ifMatch: { type: types.word },
  ...passThroughTable,
});

/** Those that take options. */
export type StoreMethod = Exclude<keyof ObjectStore, 'provider' | 'capabilities' | 'close' | symbol>;

export const settingsOptions = defineOptions<EngineSettings>()('createObjectStore', {
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
});

/** A method of `ObjectStore` that is new does not compile until its options are here. */
const OPTIONS = {
  put: defineOptions<PutOptions>()('put', {
    ...callTable,
    contentType: { type: types.text },
    cacheControl: { type: types.text },
    contentDisposition: { type: types.text },
    contentEncoding: { type: types.text },
    metadata: { type: types.texts },
    storageClass: { type: types.word },
    tags: { type: types.texts },
    ifAbsent: { type: types.flag },
    ifMatch: { type: types.word },
    partBytes: { type: types.number },
    resume: { type: types.flag },
  }),
  get: defineOptions<GetOptions>()('get', {
    ...readTable,
    range: { type: () => z.strictObject({ start: z.number(), end: z.number().optional() }) },
  }),
  head: defineOptions<ReadOptions>()('head', readTable),
  exists: defineOptions<CallOptions>()('exists', callTable),
  copy: defineOptions<CopyOptions>()('copy', {
    ...versionTable,
    storageClass: { type: types.word },
  }),
  list: defineOptions<ListOptions>()('list', {
    ...listingTable,
    delimiter: { type: types.text },
    startAfter: { type: types.text },
    pageSize: { type: types.number },
  }),
  listVersions: defineOptions<ListingOptions>()('listVersions', listingTable),
  listUploads: defineOptions<ListingOptions>()('listUploads', listingTable),
  getTags: defineOptions<VersionOptions>()('getTags', versionTable),
  setTags: defineOptions<VersionOptions>()('setTags', versionTable),
  restore: defineOptions<RestoreOptions>()('restore', {
    ...versionTable,
    days: { type: types.number, needed: true },
    tier: { type: types.word },
  }),
  presign: defineOptions<PresignOptions>()('presign', {
    ...callTable,
    method: { type: () => z.enum(['GET', 'PUT', 'HEAD', 'DELETE']), default: 'GET' },
    expiresIn: { type: types.number, default: 900 },
    contentType: { type: types.text },
  }),
  delete: deleteOptions,
  deleteMany: deleteManyOptions,
  deletePrefix: deletePrefixOptions,
} satisfies Record<StoreMethod, object>;

/** The options of a call, checked and copied. @throws StoreError as `DefinedOptions.check` */
export function checkOptions<T extends object>(method: StoreMethod, options: T): T {
  // The method's own signature says that these are its options.
  return (OPTIONS[method] as unknown as DefinedOptions<T>).check(options);
}
