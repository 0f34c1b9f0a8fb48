import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  compareKeys,
  StoreError,
  type AbortUploadRequest,
  type CompleteUploadRequest,
  type CreateUploadRequest,
  type DriverCall,
  type ListPartsPage,
  type ListPartsPageRequest,
  type ListUploadsPage,
  type ListUploadsPageRequest,
  type PartInfo,
  type StoreDriver,
  type WriteResult,
} from '@store/core';
import {
  ClaimCheck,
  completionFingerprint,
  Content,
  RecentCompletions,
  ServiceError,
  slowDown,
  type Lease,
  type StreamedPart,
  type UploadClaims,
} from '@store/s3-server';
import { removeAll } from './spool-directory.js';
import { takeSpace, writeAll, type SpoolPlace } from './spooled-file.js';

/** How many uploads may wait at once: each costs a little memory. */
const MAX_UPLOADS = 100_000;

/** A part that has arrived. Its file is never written again: a part that is sent once more gets another. */
interface Part extends PartInfo {
  readonly size: number;
  readonly etag: string;
  readonly file: string;
  readonly lastModified: Date;
  /** Its bytes on the disk. */
  readonly space: Lease;
}

/** The one time that an upload is being completed. */
interface Completing {
  readonly fingerprint: string;
  readonly stop: AbortController;
  readonly result: Promise<WriteResult>;
  /** What it reads. */
  readonly parts: ReadonlySet<Part>;
}

/** What all uploads of a gateway share. */
export interface SpoolSettings extends SpoolPlace {
  /** Uploads for which nothing was sent for so long are given up, in milliseconds. */
  readonly expireMs: number;
}

interface Spool {
  readonly key: string;
  readonly uploadId: string;
  /** What the object will be like. */
  readonly attributes: CreateUploadRequest;
  readonly initiated: Date;
  readonly directory: string;
  readonly parts: Map<number, Part>;
  completing: Completing | undefined;
  /** Parts that were sent again while the upload was being completed with them. */
  superseded: Part[];
  /** When something was sent for it; milliseconds since the epoch. */
  touchedAt: number;
}

/**
 * Multipart uploads for a store that has none, such as a directory: parts are kept in temporary files, and written as
 * one object at the end. They are lost when the gateway ends, and when nothing is sent for an upload for too long.
 */
export class SpooledUploads {
  readonly #driver: StoreDriver;
  readonly #uploads = new Map<string, Spool>();
  readonly #completions = new RecentCompletions<WriteResult>();
  readonly #settings: SpoolSettings;

  constructor(driver: StoreDriver, settings: SpoolSettings) {
    this.#driver = driver;
    this.#settings = settings;
  }

  /** @throws StoreError `Unavailable` when the spool does not take it */
  async create(attributes: CreateUploadRequest): Promise<string> {
    if (this.#uploads.size >= MAX_UPLOADS) throw slowDown();
    const uploadId = randomUUID();
    const directory = await this.#makeDirectory(attributes.key, uploadId);
    this.#uploads.set(uploadId, {
      key: attributes.key,
      uploadId,
      attributes,
      directory,
      initiated: new Date(),
      parts: new Map(),
      completing: undefined,
      superseded: [],
      touchedAt: Date.now(),
    });
    return uploadId;
  }

  /**
   * Keeps a part, as it comes.
   *
   * @throws ServiceError `InsufficientStorage` when parts take all the space that they may; StoreError `Unavailable` when the
   * disk does not take it
   */
  async uploadPart({ key, uploadId, partNumber, body, size }: StreamedPart): Promise<string> {
    const spool = this.#find(key, uploadId);
    const file = join(spool.directory, `${partNumber}-${randomUUID()}`);
    const space = this.#settings.space.lease();
    let part: Part;
    try {
      // What is announced has its place before it comes, so that it does not end in the middle.
      if (size !== undefined) takeSpace(space, size);
      const kept = await writePart(file, body, (bytes) => {
        spool.touchedAt = Date.now();
        if (size === undefined) takeSpace(space, bytes);
      });
      if (size !== undefined && kept.size !== size)
        throw new StoreError('Unavailable', `the part ended after ${kept.size} bytes of ${size}`, { key });
      part = { ...kept, partNumber, lastModified: new Date(), file, space };
    } catch (error) {
      await remove({ file, space });
      // Somebody ended the upload meanwhile.
      this.#find(key, uploadId);
      if (error instanceof ServiceError || error instanceof StoreError) throw error;
      throw new StoreError('Unavailable', 'the part could not be kept', {
        operation: 'put',
        key,
        cause: error,
      });
    }
    if (this.#uploads.get(uploadId) !== spool) {
      await remove(part);
      await rmdir(spool.directory).catch(() => undefined);
      throw noSuchUpload(key);
    }
    const before = spool.parts.get(partNumber);
    spool.parts.set(partNumber, part);
    spool.touchedAt = Date.now();
    if (before && spool.completing?.parts.has(before)) spool.superseded.push(before);
    else if (before) await remove(before);
    return part.etag;
  }

  async listParts({ key, uploadId, token, maxParts }: ListPartsPageRequest): Promise<ListPartsPage> {
    const rest = [...this.#find(key, uploadId).parts.values()]
      .filter(({ partNumber }) => partNumber > Number(token ?? 0))
      .sort((a, b) => a.partNumber - b.partNumber);
    const parts = rest
      .slice(0, maxParts)
      .map(({ partNumber, size, etag, lastModified }) => ({ partNumber, size, etag, lastModified }));
    const truncated = parts.length < rest.length;
    return { parts, truncated, nextToken: truncated ? String(parts.at(-1)?.partNumber) : undefined };
  }

  async list({ prefix, token, maxUploads }: ListUploadsPageRequest): Promise<ListUploadsPage> {
    const rest = [...this.#uploads.values()]
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => compareKeys(a.key, b.key) || compareKeys(a.uploadId, b.uploadId))
      .slice(Number(token ?? 0));
    const uploads = rest
      .slice(0, maxUploads)
      .map(({ key, uploadId, initiated }) => ({ key, uploadId, initiated }));
    const truncated = uploads.length < rest.length;
    return {
      uploads,
      truncated,
      nextToken: truncated ? String(Number(token ?? 0) + uploads.length) : undefined,
    };
  }

  /**
   * Writes the object, once: the same request beside it or after it has the same result.
   *
   * @throws StoreError `InvalidArgument` (`InvalidPart`) for a part that is not there with this ETag; `Conflict` while
   * another completion runs; `NotFound` (`NoSuchUpload`) after another completion, or an abort
   */
  async complete(
    request: CompleteUploadRequest,
    call: DriverCall,
    claims: UploadClaims = { whole: [], parts: [] },
  ): Promise<WriteResult> {
    const { key, uploadId } = request;
    const fingerprint = completionFingerprint(request, claims);
    const ended = this.#completions.find(uploadId, key, fingerprint);
    if (ended) return ended;
    const spool = this.#find(key, uploadId);
    if (spool.completing) {
      if (spool.completing.fingerprint === fingerprint) return spool.completing.result;
      throw new StoreError('Conflict', 'this upload is being completed with other parts', {
        operation: 'put',
        key,
      });
    }
    const parts = chosenOf(spool, request);
    const stop = new AbortController();
    const signal = call.signal ? AbortSignal.any([call.signal, stop.signal]) : stop.signal;
    const content = new Content(undefined, joined(key, parts, new ClaimCheck(claims)));
    const result = this.#write(spool, content, request, { ...call, signal });
    spool.completing = { fingerprint, stop, result, parts: new Set(parts) };
    try {
      const written = await result;
      this.#completions.add(uploadId, { key, fingerprint, result: written });
      await this.#forget(spool);
      return written;
    } catch (error) {
      spool.completing = undefined;
      spool.touchedAt = Date.now();
      for (const part of spool.superseded.splice(0)) await remove(part);
      throw error;
    }
  }

  /** @throws StoreError `NotFound` (`NoSuchUpload`) when there is none, or it was completed in the last moment */
  async abort({ key, uploadId }: AbortUploadRequest): Promise<void> {
    const spool = this.#find(key, uploadId);
    if (spool.completing) {
      spool.completing.stop.abort();
      const completed = await spool.completing.result.then(
        () => true,
        () => false,
      );
      if (completed) throw noSuchUpload(key);
    }
    await this.#forget(spool);
  }

  /** Gives up uploads for which nothing was sent for too long. */
  async expire(): Promise<void> {
    const before = Date.now() - this.#settings.expireMs;
    for (const spool of this.#uploads.values())
      if (spool.touchedAt <= before && !spool.completing) await this.#forget(spool);
  }

  /** Removes what is left of all uploads. */
  async close(): Promise<void> {
    const spools = [...this.#uploads.values()];
    const running = spools.flatMap(({ completing }) => completing ?? []);
    this.#uploads.clear();
    for (const { stop } of running) stop.abort();
    await Promise.allSettled(running.map(({ result }) => result));
    for (const spool of spools) await this.#forget(spool);
  }

  async #write(
    spool: Spool,
    content: Content,
    { key, ifAbsent, ifMatch, record }: CompleteUploadRequest,
    call: DriverCall,
  ): Promise<WriteResult> {
    const put = { ...spool.attributes, ifAbsent, ifMatch, record: record && (() => record) };
    try {
      return await content.streamed((body) => this.#driver.write.put({ ...put, body }, call));
    } catch (error) {
      throw this.#uploads.get(spool.uploadId) === spool && !spool.completing?.stop.signal.aborted
        ? error
        : noSuchUpload(key);
    }
  }

  async #makeDirectory(key: string, uploadId: string): Promise<string> {
    try {
      const directory = join(await this.#settings.directory.path(), uploadId);
      await mkdir(directory);
      return directory;
    } catch (error) {
      throw new StoreError('Unavailable', 'there is no place for the parts of an upload', {
        operation: 'put',
        key,
        cause: error,
      });
    }
  }

  async #forget(spool: Spool): Promise<void> {
    this.#uploads.delete(spool.uploadId);
    await removeAll(spool.directory);
    for (const { space } of [...spool.parts.values(), ...spool.superseded]) space.release();
  }

  #find(key: string, uploadId: string): Spool {
    const spool = this.#uploads.get(uploadId);
    if (spool?.key === key) return spool;
    throw noSuchUpload(key);
  }
}

/** The parts that a request lists, as they are now: a part that is sent again from here on has another file. */
function chosenOf(spool: Spool, { key, parts }: CompleteUploadRequest): Part[] {
  return parts.map(({ partNumber, etag }) => {
    const part = spool.parts.get(partNumber);
    if (part?.etag === etag) return part;
    throw new StoreError('InvalidArgument', `part ${partNumber} is not there with this ETag`, {
      operation: 'put',
      key,
      providerCode: 'InvalidPart',
    });
  });
}

async function writePart(
  file: string,
  body: Readable,
  onBytes: (bytes: number) => void,
): Promise<{ readonly size: number; readonly etag: string }> {
  const hash = createHash('md5');
  let size = 0;
  const handle = await open(file, 'wx', 0o600);
  try {
    const chunks: AsyncIterable<Buffer> = body;
    for await (const chunk of chunks) {
      onBytes(chunk.length);
      hash.update(chunk);
      await writeAll(handle, chunk);
      size += chunk.length;
    }
  } finally {
    await handle.close();
  }
  return { size, etag: `"${hash.digest('hex')}"` };
}

/** The parts one after the other, all held against what their client says, and each against what arrived: a disk may be full, and files may be touched. */
async function* joined(key: string, parts: readonly Part[], claims: ClaimCheck): AsyncGenerator<Buffer> {
  for (const part of parts) {
    const hash = createHash('md5');
    let bytes = 0;
    for await (const chunk of readPart(key, part)) {
      hash.update(chunk);
      claims.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
    const { partNumber, size, etag } = part;
    if (bytes !== size || `"${hash.digest('hex')}"` !== etag)
      throw corrupt(key, `part ${partNumber} is not what was sent: ${bytes} bytes of ${size}`);
    claims.endPart();
  }
  claims.end();
}

async function* readPart(key: string, { partNumber, file }: Part): AsyncGenerator<Buffer> {
  const chunks: AsyncIterable<Buffer> = createReadStream(file);
  try {
    yield* chunks;
  } catch (error) {
    throw corrupt(key, `part ${partNumber} cannot be read any more`, error);
  }
}

function corrupt(key: string, message: string, cause?: unknown): StoreError {
  return new StoreError('Corrupt', message, { operation: 'put', key, cause });
}

async function remove({ file, space }: Pick<Part, 'file' | 'space'>): Promise<void> {
  await rm(file, { force: true });
  space.release();
}

function noSuchUpload(key: string): StoreError {
  return new StoreError('NotFound', 'there is no such upload; it was completed or aborted', {
    operation: 'put',
    key,
    providerCode: 'NoSuchUpload',
  });
}
