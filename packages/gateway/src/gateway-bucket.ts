import { Readable } from 'node:stream';
import {
  createObjectStore,
  DeletionError,
  StoreError,
  type DeletedTarget,
  type DriverCall,
  type DeleteTarget,
  type ListVersionsPage,
  type ListVersionsPageRequest,
  type ObjectStore,
  type ObjectStoreSettings,
  type StoreDriver,
  type StoreErrorCode,
  type UploadsFacet,
} from '@store/core';
import { holdErrors } from '@store/driver';
import { toServiceError, type BatchOutcome, type Bucket, type KeyError } from '@store/s3-server';
import { untoldCause } from './untold-cause.js';
import { spoolPart } from './spooled-file.js';
import { SpooledUploads, type SpoolSettings } from './spooled-uploads.js';

/** What the buckets of a gateway share; how the requests of batch deletes are repeated, and who hears of it, too. */
export interface BucketSettings extends Pick<ObjectStoreSettings, 'retry' | 'onRetry'> {
  readonly spooling: SpoolSettings;
}

/** A store as a bucket. Batch deletes go through the deletion engine: its limits, retries and accounts apply. */
export class GatewayBucket implements Bucket {
  readonly name: string;
  readonly created = new Date();
  readonly objects: StoreDriver;
  readonly listVersions: NonNullable<Bucket['listVersions']>;
  readonly #store: ObjectStore;
  readonly #spool: SpooledUploads | undefined;

  readonly streamPart: Bucket['streamPart'];
  readonly completeChecked: Bucket['completeChecked'];
  readonly keepPart: NonNullable<Bucket['keepPart']>;

  constructor(name: string, driver: StoreDriver, { spooling, ...deletes }: BucketSettings) {
    this.name = name;
    const spool = driver.multipart ? undefined : new SpooledUploads(driver, spooling);
    this.#spool = spool;
    this.streamPart = spool && ((part) => spool.uploadPart(part));
    this.completeChecked = spool && ((request, claims, call) => spool.complete(request, call, claims));
    this.keepPart = (content) => spoolPart(spooling, content);
    this.objects = this.#spool ? withUploads(driver, this.#spool) : driver;
    this.#store = createObjectStore(driver, deletes);
    this.listVersions = driver.versions?.page ?? ((request, call) => nullVersions(driver, request, call));
  }

  async deleteMany(targets: readonly DeleteTarget[], { signal, pass }: DriverCall): Promise<BatchOutcome> {
    const conditional = this.objects.delete.ifMatch !== false;
    const refused = targets.filter(({ ifMatch }) => ifMatch !== undefined && !conditional);
    const sent = targets.filter((target) => !refused.includes(target));
    const deleted: DeletedTarget[] = [];
    const failed = refused.map((target) => keyError(target, unsupportedCondition(target)));
    let brokenOff = new StoreError('Unavailable', 'the run was broken off before this key');
    try {
      await this.#store.deleteMany(sent, {
        ...pass,
        signal,
        onDeleted: (target) => void deleted.push(target),
        onFailure: ({ code, message, ...target }) =>
          void failed.push(keyError(target, this.#upstream(code, message))),
      });
    } catch (error) {
      // Where nothing was deleted, the request as a whole may fail.
      if (!(error instanceof DeletionError) || error.report.deleted === 0) throw error;
      brokenOff = this.#upstream(error.code, error.reason, error);
    }
    const named = new Set([...deleted, ...failed].map(identity));
    const rest = sent.filter((target) => !named.has(identity(target)));
    failed.push(...rest.map((target) => keyError(target, brokenOff)));
    return { deleted, failed };
  }

  /** Said by the store, and not by the gateway. */
  #upstream(code: StoreErrorCode, reason: string, cause: unknown = reason): StoreError {
    return new StoreError(code, reason, { provider: this.objects.provider, cause });
  }

  /** Gives up uploads for which nothing was sent for too long, where they are kept here. */
  async expireUploads(): Promise<void> {
    await this.#spool?.expire();
  }

  async close(): Promise<void> {
    await this.#spool?.close();
  }
}

/** The driver with uploads in parts, which it does not have itself. */
function withUploads(driver: StoreDriver, spool: SpooledUploads): StoreDriver {
  const abort: UploadsFacet['abort'] = (request) => spool.abort(request);
  return {
    ...driver,
    multipart: {
      minPartBytes: 1,
      maxPartBytes: 5 * 1024 ** 3,
      maxParts: 10_000,
      create: (request) => spool.create(request),
      part: (request) =>
        spool.uploadPart({ ...request, size: request.body.length, body: Readable.from([request.body]) }),
      copyPart: async ({ range, ...request }, call) => {
        const { from: key, fromVersionId: versionId, ifMatch } = request;
        const { body } = await driver.read.get({ key, versionId, ifMatch, range }, call);
        // It may fail before the file is open that it goes to, and is not wanted where none is to be had.
        holdErrors(body);
        try {
          return await spool.uploadPart({ ...request, size: range.end - range.start + 1, body });
        } finally {
          body.destroy();
        }
      },
      parts: (request) => spool.listParts(request),
      complete: (request, call) => spool.complete(request, call),
      abort,
    },
    uploads: { page: (request) => spool.list(request), abort },
  };
}

/** Without versions every object is its version `null`, as in a bucket of S3's that never had any. */
async function nullVersions(
  { list }: StoreDriver,
  request: ListVersionsPageRequest,
  call: DriverCall,
): Promise<ListVersionsPage> {
  if (request.startAfter !== undefined && list.order !== 'utf8')
    throw new StoreError('Unsupported', 'this store does not list from a key on');
  const { objects, prefixes: _, ...page } = await list.page(request, call);
  const versions = objects.map((info) => ({
    ...info,
    versionId: 'null',
    isLatest: true,
    deleteMarker: false,
  }));
  return { ...page, versions };
}

function keyError({ key, versionId }: DeleteTarget, error: StoreError): KeyError {
  const { code, message } = toServiceError(error);
  return { key, versionId, code, message, cause: untoldCause(error) };
}

function unsupportedCondition({ key }: DeleteTarget): StoreError {
  return new StoreError('Unsupported', 'this store does not delete on condition of an ETag', { key });
}

function identity({ key, versionId = '' }: DeleteTarget): string {
  return JSON.stringify([key, versionId]);
}
