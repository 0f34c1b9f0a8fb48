import * as v from 'valibot';
import { deleteManyOptions, deletePrefixOptions, type DeletePrefixOptions } from '@store/deletion';
import type { EngineSettings } from '@store/engine';
import { defineOptions, optionTypes as types, passThroughTable, type OptionTable } from '@store/driver';
import type {
  CallOptions,
  CopyOptions,
  CopyToOptions,
  DeleteOptions,
  GetOptions,
  ListingOptions,
  ListOptions,
  ListPageOptions,
  MoveOptions,
  ObjectStore,
  PresignOptions,
  PresignPostOptions,
  PutOptions,
  ReadOptions,
  RestoreOptions,
  VersionOptions,
} from '../object-store.js';

const callTable = {
  signal: { type: types.signal },
  timeoutMs: { type: types.whole },
} as const satisfies OptionTable<CallOptions>;
const versionTable = {
  ...callTable,
  versionId: { type: types.id },
} as const satisfies OptionTable<VersionOptions>;
const readTable = {
  ...versionTable,
  ifMatch: { type: types.word },
  ifNoneMatch: { type: types.word },
} as const satisfies OptionTable<ReadOptions>;
const encryption = () =>
  v.pipe(
    types.plain(v.strictObject({ type: v.picklist(['AES256', 'kms']), keyId: v.optional(types.word()) })),
    v.check(({ type, keyId }) => keyId === undefined || type === 'kms', 'keyId goes with the type "kms"'),
  );
const copyTable = {
  ...versionTable,
  storageClass: { type: types.word },
  encryption: { type: encryption },
} as const satisfies OptionTable<CopyOptions>;
const delimiter = { type: () => v.pipe(v.string(), v.nonEmpty('a delimiter is not empty')) } as const;
const { versionId: _, ...moveTable } = copyTable;
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

/** Longest life of a presigned URL in seconds: SigV4's limit (X-Amz-Expires), which OSS shares. */
const MAX_PRESIGN_SECONDS = 604_800;

const OFFSETS = 'a range is { start, end? } in whole bytes with 0 <= start <= end';
const offset = () => v.pipe(v.number(OFFSETS), v.safeInteger(OFFSETS), v.minValue(0, OFFSETS));
const range = () =>
  v.pipe(
    types.plain(v.strictObject({ start: offset(), end: v.optional(offset()) })),
    v.check(({ start, end = start }) => end >= start, OFFSETS),
  );

/** The methods that take options. */
type StoreMethod = Exclude<keyof ObjectStore, 'provider' | 'capabilities' | 'file' | 'close' | symbol>;

/** The options of each method of `ObjectStore`: one that is new does not compile until its table is here. */
export const STORE_OPTIONS = {
  put: defineOptions<PutOptions>()('put', {
    ...callTable,
    contentType: { type: types.text },
    cacheControl: { type: types.text },
    contentDisposition: { type: types.text },
    contentEncoding: { type: types.text },
    contentLanguage: { type: types.text },
    expires: { type: types.date },
    metadata: { type: types.texts },
    storageClass: { type: types.word },
    encryption: { type: encryption },
    tags: { type: types.texts },
    ifAbsent: { type: types.flag },
    ifMatch: { type: types.word },
    lastModified: { type: () => v.date('expected a date that is one') },
    partBytes: { type: types.whole },
    resume: { type: types.flag },
    onProgress: { type: types.callback },
  }),
  get: defineOptions<GetOptions>()('get', {
    ...readTable,
    range: { type: range },
  }),
  head: defineOptions<ReadOptions>()('head', readTable),
  exists: defineOptions<CallOptions>()('exists', callTable),
  copy: defineOptions<CopyOptions>()('copy', copyTable),
  move: defineOptions<MoveOptions>()('move', moveTable),
  copyTo: defineOptions<CopyToOptions>()('copyTo', {
    ...copyTable,
    partBytes: { type: types.whole },
    onProgress: { type: types.callback },
  }),
  list: defineOptions<ListOptions>()('list', {
    ...listingTable,
    delimiter,
    startAfter: { type: types.text },
    pageSize: { type: types.whole },
    ordered: { type: types.flag },
    concurrency: { type: types.concurrency },
  }),
  listPage: defineOptions<ListPageOptions>()('listPage', {
    ...callTable,
    token: { type: types.text },
    limit: { type: types.whole },
    delimiter,
  }),
  listVersions: defineOptions<ListingOptions>()('listVersions', listingTable),
  listUploads: defineOptions<ListingOptions>()('listUploads', listingTable),
  getTags: defineOptions<VersionOptions>()('getTags', versionTable),
  setTags: defineOptions<VersionOptions>()('setTags', versionTable),
  restore: defineOptions<RestoreOptions>()('restore', {
    ...versionTable,
    days: { type: types.whole, needed: true },
    tier: { type: types.word },
  }),
  presign: defineOptions<PresignOptions>()('presign', {
    ...callTable,
    method: { type: () => v.picklist(['GET', 'PUT', 'HEAD', 'DELETE']), default: 'GET' },
    expiresIn: { type: () => types.whole(MAX_PRESIGN_SECONDS), default: 900 },
    contentType: { type: types.text },
    contentDisposition: { type: types.text },
  }),
  presignPost: defineOptions<PresignPostOptions>()('presignPost', {
    ...callTable,
    expiresIn: { type: () => types.whole(MAX_PRESIGN_SECONDS), default: 900 },
    contentType: { type: types.text },
    minBytes: { type: types.count },
    maxBytes: { type: types.count },
  }),
  url: defineOptions<CallOptions>()('url', callTable),
  delete: deleteOptions,
  deleteMany: deleteManyOptions,
  deletePrefix: deletePrefixOptions,
  deletion: defineOptions<DeletePrefixOptions>()('deletion', deletePrefixOptions.table),
} satisfies Record<StoreMethod, object>;

export const createOptions = defineOptions<EngineSettings>()('createObjectStore', {
  retry: { type: types.retry },
  onRetry: { type: types.callback },
  clock: { type: types.clock },
  split: { type: types.split },
  contentTypeOf: { type: types.callback },
});
