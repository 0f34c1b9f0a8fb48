import { z, type ZodType } from 'zod';
import type { DiagnoseContext, StoreAdapter } from '../adapter.js';
import type { Clock } from '../engine/clock.js';
import type { DeleteManyOptions, DeletePrefixOptions } from '../deletion/options.js';
import type { PassThrough } from '../driver.js';
import type { ExpirationOptions, ExpireOptions } from '../lifecycle/expiration.js';
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
import type { WriteAttributes } from '../objects.js';
import type { EstimateOptions } from '../planning/estimate.js';
import type { PlanOptions } from '../planning/plan.js';
import type { RetrySettings } from '../engine/retry.js';
import type { ObjectStoreSettings } from '../store/portable-store.js';
import type { OpenOptions } from './open-store.js';

/** One schema for each option: an interface that gains one does not compile until its schema is here. */
type Shape<Options> = Readonly<Record<keyof Options, ZodType>>;

function options<Options>(shape: Shape<Options>) {
  return z.strictObject(shape);
}

const flag = z.boolean().optional();
const text = z.string().optional();
/** It goes into a header as it is; an empty one would be none. */
const word = z
  .string()
  .regex(/^[\x20-\x7e]+$/, 'expected printable ASCII characters')
  .optional();
const id = z
  .string()
  .min(1)
  .refine((value) => value.isWellFormed(), 'expected well-formed Unicode')
  .optional();
const number = z.number().optional();
const count = z.int().min(0).optional();
const days = z.number().optional();
const texts = z.record(z.string(), z.string()).optional();
const globs = z.union([z.string(), z.array(z.string())]).optional();
const concurrency = z.int().min(1).max(1024).optional();
const callback = z
  .custom<(...args: never[]) => unknown>((value) => typeof value === 'function', 'expected a function')
  .optional();
const tag = z.strictObject({ name: z.string(), value: z.string() });
const signal = z
  .custom<AbortSignal>((value) => value instanceof AbortSignal, 'expected an AbortSignal')
  .optional();

const call = { signal } satisfies Shape<CallOptions>;
const pass = {
  mfa: word,
  bypassGovernance: flag,
  requestPayer: flag,
  expectedBucketOwner: word,
} satisfies Shape<PassThrough>;
const version = { ...call, versionId: id } satisfies Shape<VersionOptions>;
const read = { ...version, ifMatch: word, ifNoneMatch: word } satisfies Shape<ReadOptions>;
const listing = { ...call, onUnnameable: callback } satisfies Shape<ListingOptions>;
const attributes = {
  contentType: text,
  cacheControl: text,
  contentDisposition: text,
  contentEncoding: text,
  metadata: texts,
  storageClass: word,
  tags: texts,
} satisfies Shape<WriteAttributes>;

const deleteMany = {
  ...call,
  ...pass,
  dryRun: flag,
  maxDelete: count,
  strategy: z
    .enum(['batch', 'single', 'server-prefix'], {
      error:
        'expected batch, single or server-prefix; for a lifecycle rule there is expirePrefix, for a job and a tag expireByJob',
    })
    .optional(),
  concurrency,
  maxKeysPerSecond: z.number().positive().optional(),
  onProgress: callback,
  onDeleted: callback,
  onFailure: callback,
} satisfies Shape<DeleteManyOptions>;

const retry = {
  maxAttempts: number,
  baseDelayMs: number,
  maxDelayMs: number,
  patienceMs: number,
} satisfies Shape<RetrySettings>;

const clock = z
  .custom<Clock>((value) => hasMethods(value, ['now', 'sleep']), 'expected a clock: { now, sleep }')
  .optional();

const adapter = z.custom<StoreAdapter>(
  (value) => hasMethods(value, ['createDriver']),
  'expected an adapter, such as { s3 } of @store/s3',
);

const open = {
  adapters: z.array(adapter),
  name: text,
  baseDirectory: text,
  env: z.custom((value) => typeof value === 'object' && value !== null, 'expected an object').optional(),
  clock,
  onRetry: callback,
} satisfies Shape<OpenOptions>;

/** The methods of `ObjectStore` that take options: one that is new does not compile until it is in the table. */
type StoreMethod = Exclude<keyof ObjectStore, 'provider' | 'capabilities' | 'close' | symbol>;

const STORE = {
  put: options<PutOptions>({
    ...call,
    ...attributes,
    ifAbsent: flag,
    ifMatch: word,
    partBytes: number,
    resume: flag,
  }),
  get: options<GetOptions>({
    ...read,
    range: z.strictObject({ start: z.number(), end: number }).optional(),
  }),
  head: options<ReadOptions>(read),
  exists: options<CallOptions>(call),
  copy: options<CopyOptions>({ ...version, storageClass: word }),
  list: options<ListOptions>({ ...listing, delimiter: text, startAfter: text, pageSize: number }),
  listVersions: options<ListingOptions>(listing),
  listUploads: options<ListingOptions>(listing),
  getTags: options<VersionOptions>(version),
  setTags: options<VersionOptions>(version),
  restore: options<RestoreOptions>({ ...version, days: z.number(), tier: word }),
  presign: options<PresignOptions>({
    ...call,
    method: z.enum(['GET', 'PUT', 'HEAD', 'DELETE']).optional(),
    expiresIn: number,
    contentType: text,
  }),
  delete: options<DeleteOptions>({ ...version, ...pass, ifMatch: word }),
  deleteMany: options<DeleteManyOptions>(deleteMany),
  deletePrefix: options<DeletePrefixOptions>({
    ...deleteMany,
    partialName: flag,
    entireStore: flag,
    include: globs,
    exclude: globs,
    olderThan: z.number().min(0).optional(),
    newerThan: z.number().min(0).optional(),
    modifiedBefore: z.date().optional(),
    notAfterStart: flag,
    minSize: count,
    maxSize: count,
    verify: flag,
    versions: z.enum(['current', 'noncurrent', 'all']).optional(),
    deleteMarkers: z.enum(['keep', 'expired', 'all']).optional(),
    uploads: flag,
    ifUnchanged: flag,
    onMatch: callback,
  }),
  estimate: options<EstimateOptions>({
    ...call,
    maxRequests: z.int().min(1).max(10_000).optional(),
    concurrency,
  }),
  expirePrefix: options<ExpireOptions>({
    ...call,
    days,
    noncurrentDays: days,
    uploadsDays: days,
    expiredMarkers: flag,
    tag: tag.optional(),
    partialName: flag,
    entireStore: flag,
    dryRun: flag,
  }),
  expiration: options<ExpirationOptions>({ ...call, countLimit: count, removeWhenEmpty: flag }),
  cancelExpiration: options<CallOptions>(call),
} satisfies Record<StoreMethod, ZodType>;

const FUNCTIONS = {
  createObjectStore: options<ObjectStoreSettings>({
    retry: z.strictObject(retry).optional(),
    onRetry: callback,
    clock,
  }),
  openStore: options<OpenOptions>(open),
  openDriver: options<OpenOptions>(open),
  storeTerms: options<OpenOptions>(open),
  diagnoseStore: options<OpenOptions>(open),
  diagnose: options<DiagnoseContext>({ ...call, prefix: z.string() }),
  checkConfig: options<OpenOptions>(open),
  createContainer: options<Omit<OpenOptions, 'adapters'>>(withoutAdapters(open)),
  storeModule: options<Omit<OpenOptions, 'adapters'>>(withoutAdapters(open)),
  planDeletion: options<PlanOptions>({
    jobs: flag,
    concurrency,
    maxKeysPerSecond: z.number().positive().optional(),
    terms: z.looseObject({}).optional(),
  }),
} satisfies Record<string, ZodType>;

/** A method or function that takes options. */
export type OptionedMethod = keyof typeof STORE | keyof typeof FUNCTIONS;

export const OPTIONS: Readonly<Record<OptionedMethod, ZodType>> = { ...STORE, ...FUNCTIONS };

function withoutAdapters({ adapters: _, ...rest }: typeof open) {
  return rest;
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}
