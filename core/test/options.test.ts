import {
  checkConfig,
  createObjectStore,
  openDriver,
  openStore,
  StoreError,
  systemClock,
  type Abortable,
  type CallOptions,
  type CopyOptions,
  type CopyToOptions,
  type DeleteManyOptions,
  type DeleteOptions,
  type DeletePrefixOptions,
  type GetOptions,
  type ListingOptions,
  type ListOptions,
  type ListPageOptions,
  type MoveOptions,
  type ObjectStore,
  type ObjectStoreSettings,
  type OpenOptions,
  type StoreDriver,
  type PresignOptions,
  type PresignPostOptions,
  type PutOptions,
  type ReadOptions,
  type RestoreOptions,
  type VersionOptions,
} from '@store/core';
import { createContainer, storeModule } from '@store/core/container';
import { deletePrefixOptions } from '@store/deletion';
import { memory } from '@store/memory';
import {
  cancelExpiration,
  expiration,
  expirePrefix,
  type ExpirationOptions,
  type ExpireOptions,
} from '@store/lifecycle';
import {
  estimate,
  planDeletion,
  type EstimateOptions,
  type PlanOptions,
  type PrefixEstimate,
} from '@store/planning';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { CountingDriver } from './counting-driver.js';
import { sampled } from './sampled-options.js';

const { signal } = new AbortController();
const call: Record<keyof CallOptions, unknown> = { signal, timeoutMs: 1000 };
const version: Record<keyof VersionOptions, unknown> = { ...call, versionId: 'v1' };
const read: Record<keyof ReadOptions, unknown> = { ...version, ifMatch: '"a"', ifNoneMatch: '"a"' };
const listing: Record<keyof ListingOptions, unknown> = { ...call, onUnnameable: () => undefined };
const deleteMany: Record<keyof DeleteManyOptions, unknown> = {
  signal,
  journal: {
    begin: async () => ({
      append: () => undefined,
      flush: async () => undefined,
      close: async () => undefined,
    }),
  },
  dryRun: true,
  maxDelete: 5,
  maxDuration: 60_000,
  maxFailures: 5,
  strategy: 'single',
  concurrency: 2,
  maxKeysPerSecond: 0.5,
  trash: true,
  onProgress: () => undefined,
  onDeleted: () => undefined,
  onFailure: () => undefined,
  mfa: 'serial 123456',
  bypassGovernance: true,
  requestPayer: true,
  expectedBucketOwner: '123456789012',
};
const open: Record<keyof OpenOptions, unknown> = {
  adapters: [memory],
  name: 'one',
  baseDirectory: '/',
  split: { serialPages: 1, pagesLeft: 1, pageMs: 0 },
  env: { A: 'b' },
  clock: systemClock,
  onRetry: () => undefined,
  contentTypeOf: () => false,
  wrap: (driver: StoreDriver) => driver,
};
const { adapters: _, ...openWithin } = open;

const ESTIMATE: PrefixEstimate = {
  prefix: 'p/',
  objects: 10,
  bytes: 10,
  exact: true,
  listed: 10,
  requests: 1,
  pageMs: 1,
  requestMs: 1,
  distribution: { prefix: 'p/', groups: [], ages: [], sizes: [], classes: [] } as never,
};

interface Method {
  /** Each option with a value that it takes. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What it cannot be called without. */
  readonly needed?: Readonly<Record<string, unknown>>;
  readonly run: (store: ObjectStore, options: object) => unknown;
}

function method<Options>(
  options: Record<keyof Options, unknown>,
  run: (store: ObjectStore, options: Options & CallOptions) => unknown,
  needed?: Readonly<Record<string, unknown>>,
): Method {
  return {
    options,
    // What a caller without types may pass.
    run: (store, given) => run(store, given as Options & CallOptions),
    ...(needed ? { needed } : {}),
  };
}

/** @returns what `method` makes, of the first item */
const first = async (items: AsyncIterable<unknown>): Promise<unknown> => items[Symbol.asyncIterator]().next();

type StoreMethod = Exclude<keyof ObjectStore, 'provider' | 'capabilities' | 'file' | 'close' | symbol>;

const STORE_METHODS: Record<StoreMethod, Method> = {
  put: method<PutOptions>(
    {
      ...call,
      contentType: 'text/plain',
      cacheControl: 'no-store',
      contentDisposition: 'inline',
      contentEncoding: 'gzip',
      contentLanguage: 'de',
      expires: new Date(0),
      metadata: { a: 'b' },
      storageClass: 'STANDARD_IA',
      encryption: { type: 'kms' },
      tags: { a: 'b' },
      ifAbsent: true,
      ifMatch: '"a"',
      lastModified: new Date(0),
      partBytes: 100,
      resume: true,
      onProgress: () => undefined,
    },
    (store, options) => store.put('k', 'x', options),
  ),
  get: method<GetOptions>({ ...read, range: { start: 0, end: 1 } }, (store, options) =>
    store.get('k', options),
  ),
  head: method<ReadOptions>(read, (store, options) => store.head('k', options)),
  exists: method<CallOptions>(call, (store, options) => store.exists('k', options)),
  copy: method<CopyOptions>(
    { ...version, storageClass: 'STANDARD_IA', encryption: { type: 'AES256' } },
    (store, options) => store.copy('k', 'l', options),
  ),
  move: method<MoveOptions>(
    { ...call, storageClass: 'STANDARD_IA', encryption: { type: 'AES256' } },
    (store, options) => store.move('k', 'l', options),
  ),
  copyTo: method<CopyToOptions>(
    {
      ...version,
      storageClass: 'STANDARD_IA',
      encryption: { type: 'AES256' },
      partBytes: 100,
      onProgress: () => undefined,
    },
    (store, options) => store.copyTo('k', createObjectStore(new CountingDriver()), 'l', options),
  ),
  // Of tokens there is none to take before a page was listed.
  listPage: method<Omit<ListPageOptions, 'token'>>({ ...call, limit: 1, delimiter: '/' }, (store, options) =>
    store.listPage('p/', options),
  ),
  list: method<ListOptions & { delimiter: string }>(
    { ...listing, delimiter: '/', startAfter: 'a', pageSize: 10, ordered: true, concurrency: 2 },
    (store, options) => first(store.list('p/', options)),
  ),
  listVersions: method<ListingOptions>(listing, (store, options) => first(store.listVersions('p/', options))),
  listUploads: method<ListingOptions>(listing, (store, options) => first(store.listUploads('p/', options))),
  getTags: method<VersionOptions>(version, (store, options) => store.getTags('k', options)),
  setTags: method<VersionOptions>(version, (store, options) => store.setTags('k', {}, options)),
  restore: method<RestoreOptions>(
    { ...version, days: 3, tier: 'Bulk' },
    (store, options) => store.restore('k', options),
    { days: 3 },
  ),
  presign: method<PresignOptions>(
    {
      ...call,
      method: 'PUT',
      expiresIn: 60,
      contentType: 'text/plain',
      contentDisposition: 'attachment',
    },
    (store, options) => store.presign('k', options),
  ),
  presignPost: method<PresignPostOptions>(
    { ...call, expiresIn: 60, contentType: 'text/plain', minBytes: 0, maxBytes: 10 },
    (store, options) => store.presignPost('k', options),
  ),
  url: method<CallOptions>(call, (store, options) => store.url('k', options)),
  delete: method<DeleteOptions>(
    {
      ...version,
      ifMatch: '"a"',
      mfa: 'serial 123456',
      bypassGovernance: true,
      requestPayer: true,
      expectedBucketOwner: '123456789012',
    },
    (store, options) => store.delete('k', options),
  ),
  deleteMany: method<DeleteManyOptions>(deleteMany, (store, options) => store.deleteMany(['k'], options)),
  deletePrefix: method<DeletePrefixOptions>(
    { ...sampled(deletePrefixOptions.table), ...deleteMany },
    (store, options) => store.deletePrefix(options.entireStore ? '' : 'p/', options),
  ),
  deletion: method<DeletePrefixOptions>(
    { ...sampled(deletePrefixOptions.table), ...deleteMany },
    (store, options) => Promise.resolve(store.deletion(options.entireStore ? '' : 'p/', options)),
  ),
};

const EXPIRE = method<ExpireOptions>(
  {
    signal,
    days: 1,
    noncurrentDays: 1,
    uploadsDays: 1,
    expiredMarkers: true,
    tag: { name: 'a', value: 'b' },
    partialName: true,
    entireStore: true,
    dryRun: true,
  },
  (store, options) => expirePrefix(store, options.entireStore ? '' : 'p/', options),
);

/** Functions of other packages that work on a store. */
const EXTENSIONS: Record<string, Method> = {
  estimate: method<EstimateOptions>(
    { signal, maxRequests: 10, exact: false, concurrency: 1 },
    (store, options) => estimate(store, 'p/', options),
  ),
  expirePrefix: EXPIRE,
  expiration: method<ExpirationOptions>({ signal, countLimit: 10, removeWhenEmpty: true }, (store, options) =>
    expiration(store, 'p/', options),
  ),
  cancelExpiration: method<Abortable>({ signal }, (store, options) => cancelExpiration(store, 'p/', options)),
};

const config = { stores: { one: { provider: 'memory' } } };

const FUNCTIONS: Record<string, Method> = {
  createObjectStore: method<ObjectStoreSettings>(
    {
      retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1, patienceMs: 1 },
      onRetry: () => undefined,
      clock: systemClock,
      split: { serialPages: 1, pagesLeft: 1, pageMs: 0 },
      contentTypeOf: () => false,
    },
    (_store, options) => createObjectStore(new CountingDriver(), options),
  ),
  openStore: method<OpenOptions>(open, (_store, options) => openStore(config, options), {
    adapters: [memory],
  }),
  openDriver: method<OpenOptions>(open, (_store, options) => openDriver(config, options), {
    adapters: [memory],
  }),
  checkConfig: method<OpenOptions>(open, (_store, options) => checkConfig(config, options), {
    adapters: [memory],
  }),
  createContainer: method<Omit<OpenOptions, 'adapters'>>(openWithin, (_store, options) =>
    createContainer(config, [memory], options),
  ),
  storeModule: method<Omit<OpenOptions, 'adapters'>>(openWithin, (_store, options) =>
    storeModule(config, [memory], options),
  ),
  planDeletion: method<PlanOptions>(
    { jobs: true, concurrency: 1, maxKeysPerSecond: 1, terms: {} },
    (store, options) => planDeletion(ESTIMATE, store.capabilities, options),
  ),
};

const METHODS = Object.entries({ ...STORE_METHODS, ...EXTENSIONS, ...FUNCTIONS });

/** What became of a call: the error, if there was one, and the requests that the driver has seen. */
async function outcome(
  { run, needed }: Method,
  options: object,
): Promise<{ readonly error: StoreError | undefined; readonly requests: readonly string[] }> {
  const driver = new CountingDriver();
  try {
    await run(createObjectStore(driver), { ...needed, ...options });
  } catch (error) {
    if (error instanceof StoreError) return { error, requests: driver.requests };
    throw error;
  }
  return { error: undefined, requests: driver.requests };
}

/** What fingers do to a name: a letter left out, twice, in the other case, or in the place of the next. */
function misspelt(name: string, at: number, slip: 'drop' | 'double' | 'case' | 'swap'): string {
  const letter = name.charAt(at);
  const next = name.charAt(at + 1);
  const upper = letter.toUpperCase();
  const other = {
    drop: '',
    double: letter + letter,
    case: letter === upper ? letter.toLowerCase() : upper,
    swap: next + letter,
  }[slip];
  return name.slice(0, at) + other + name.slice(at + (slip === 'swap' && next !== '' ? 2 : 1));
}

const slips = fc.constantFrom(...METHODS).chain(([name, tried]) =>
  fc.constantFrom(...Object.keys(tried.options)).chain((option) =>
    fc
      .record({
        at: fc.nat(option.length - 1),
        slip: fc.constantFrom('drop', 'double', 'case', 'swap'),
      })
      .map(({ at, slip }) => ({ name, tried, option, slip, wrong: misspelt(option, at, slip) })),
  ),
);

/** Those that take a list as well as one of its entries. */
const LISTS = ['include', 'exclude'];

/** A value that an option like this one does not take. */
const wrongTypes = fc.constantFrom(...METHODS).chain(([name, tried]) =>
  fc.constantFrom(...Object.entries(tried.options)).chain(([option, value]) =>
    fc
      .constantFrom<unknown>('5', 5, true, null, Symbol('x'), {}, [5], () => undefined)
      .filter((wrong) => wrong === null || typeof wrong !== typeof value)
      .filter((wrong) => !(LISTS.includes(option) && typeof wrong === 'string'))
      .map((wrong) => ({ name, tried, option, wrong })),
  ),
);

describe('options', () => {
  for (const [name, tried] of METHODS) {
    it(`${name} takes each of its options, and without any`, async () => {
      for (const [option, value] of [['none', undefined], ...Object.entries(tried.options)] as const) {
        const options = value === undefined ? {} : { [option]: value };
        const { error, requests } = await outcome(tried, options);
        expect(error?.code, `${option}: ${error?.message}`).to.be.oneOf([undefined, 'Internal']);
        if (!(name in FUNCTIONS) && !(name === 'deleteMany' && option === 'dryRun'))
          expect(requests, option).not.to.deep.equal([]);
        const absent = await outcome(
          tried,
          value === undefined ? {} : { [option]: undefined, ...tried.needed },
        );
        expect(absent.error?.code, `${option}: undefined`).to.be.oneOf([undefined, 'Internal']);
      }
    });
  }

  it('refuses each that is misspelt, with the one that was meant, before any request', async () => {
    await fc.assert(
      fc.asyncProperty(slips, async ({ name, tried, option, slip, wrong }) => {
        fc.pre(!(wrong in tried.options));
        const { error, requests } = await outcome(tried, { [wrong]: tried.options[option] });
        expect(requests).to.deep.equal([]);
        expect(error).to.include({ code: 'InvalidArgument', operation: name });
        expect(error?.message).to.include(`${wrong}: unknown option of ${name};`);
        if (slip === 'case') expect(error?.message).to.include(`did you mean "${option}"?`);
        if (slip === 'drop' && option.length > 2) expect(error?.message).to.match(/did you mean "\w+"\?$/);
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses each of the wrong type, before any request', async () => {
    await fc.assert(
      fc.asyncProperty(wrongTypes, async ({ name, tried, option, wrong }) => {
        const { error, requests } = await outcome(tried, { [option]: wrong });
        expect(requests).to.deep.equal([]);
        expect(error).to.include({ code: 'InvalidArgument', operation: name });
        expect(error?.message).to.include(`${option} of ${name}: `);
      }),
      { numRuns: 1000 },
    );
  });

  it('says what it found, and where', async () => {
    const cases: [keyof typeof STORE_METHODS | 'expirePrefix', object, string][] = [
      ['put', { signal: {} }, 'signal of put: expected an AbortSignal'],
      ['put', { metadata: { a: 5 } }, 'metadata.a of put: expected a text (found 5)'],
      ['put', { metadata: ['a'] }, 'metadata of put: expected an object (found a list)'],
      ['put', { tags: new Map() }, 'tags of put: expected an object (found a Map)'],
      ['put', { metadata: { constructor: 5 } }, 'metadata.constructor of put: expected a text (found 5)'],
      ['deletePrefix', { include: ['a', 5] }, 'include.1 of deletePrefix: expected a text (found 5)'],
      ['deletePrefix', { olderThan: Infinity }, 'expected a finite number (found Infinity)'],
      [
        'deletePrefix',
        { minsize: 1, maxsize: 1 },
        '; maxsize: unknown option of deletePrefix; did you mean "maxSize"?',
      ],
      ['list', { pageSize: '5' }, 'pageSize of list: expected a whole number above 0 (found "5")'],
      ['get', { range: { start: 1, End: 2 } }, 'range.End: unknown option of get; did you mean "end"?'],
      ['expirePrefix', { dryrun: true }, 'dryrun: unknown option of expirePrefix; did you mean "dryRun"?'],
      ['expirePrefix', { tag: { nme: 'a', value: 'b' } }, 'tag.nme: unknown option of expirePrefix;'],
      ['exists', { ifMatch: 'a' }, 'ifMatch: unknown option of exists; allowed: signal'],
      [
        'presign',
        { method: 'POST' },
        'method of presign: expected "GET", "PUT", "HEAD" or "DELETE" (found "POST")',
      ],
      ['head', null as never, 'the options of head: expected an object (found null)'],
      ['head', [] as never, 'the options of head: expected an object (found a list)'],
    ];
    for (const [name, options, message] of cases) {
      const driver = new CountingDriver();
      const tried = name === 'expirePrefix' ? EXPIRE : STORE_METHODS[name];
      const error = await Promise.resolve()
        .then(() => tried.run(createObjectStore(driver), options))
        .then(() => expect.fail('it was taken'))
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(StoreError).with.property('message').that.includes(message);
      expect(driver.requests).to.deep.equal([]);
    }
  });

  it('takes the AbortSignal of another realm', async () => {
    const signal = Object.assign(new EventTarget(), { aborted: false });
    const driver = new CountingDriver();
    await createObjectStore(driver)
      .head('k', { signal: signal as never })
      .catch(() => undefined);
    expect(driver.requests).to.have.length(1);
  });

  it('refuses restore without options, which has to be told the days', async () => {
    const driver = new CountingDriver();
    const error = await createObjectStore(driver)
      .restore('k', undefined as never)
      .catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'InvalidArgument' });
    expect(driver.requests).to.deep.equal([]);
  });
});
