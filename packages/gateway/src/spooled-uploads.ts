import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
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
  type UploadPartRequest,
  type WriteResult,
} from '@store/core';
import { RecentCompletions } from './recent-completions.js';

/** A part that has arrived. Its file is never written again: a part that is sent once more gets another. */
interface Part extends PartInfo {
  readonly size: number;
  readonly etag: string;
  readonly file: string;
}

/** The one time that an upload is being completed. */
interface Completing {
  readonly fingerprint: string;
  readonly stop: AbortController;
  readonly result: Promise<WriteResult>;
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
  /** Files of parts that were sent again while the upload was being completed. */
  superseded: string[];
}

/**
 * Multipart uploads for a store that has none, such as a directory: parts are kept in temporary files, and written as
 * one object at the end. They are lost when the gateway ends.
 */
export class SpooledUploads {
  readonly #driver: StoreDriver;
  readonly #uploads = new Map<string, Spool>();
  readonly #completions = new RecentCompletions();
  #directory: Promise<string> | undefined;

  constructor(driver: StoreDriver) {
    this.#driver = driver;
  }

  async create(attributes: CreateUploadRequest): Promise<string> {
    this.#directory ??= mkdtemp(join(tmpdir(), 'store-gateway-'));
    const uploadId = randomUUID();
    const directory = join(await this.#directory, uploadId);
    await mkdir(directory);
    this.#uploads.set(uploadId, {
      key: attributes.key,
      uploadId,
      attributes,
      directory,
      initiated: new Date(),
      parts: new Map(),
      completing: undefined,
      superseded: [],
    });
    return uploadId;
  }

  async uploadPart({ key, uploadId, partNumber, body }: UploadPartRequest): Promise<string> {
    const spool = this.#find(key, uploadId);
    const file = join(spool.directory, `${partNumber}-${randomUUID()}`);
    const etag = `"${md5Of(body)}"`;
    try {
      await writeFile(file, body, { flag: 'wx' });
    } catch (error) {
      await remove(file);
      // Somebody ended the upload meanwhile.
      this.#find(key, uploadId);
      throw new StoreError('Unavailable', 'the part could not be kept', {
        operation: 'put',
        key,
        cause: error,
      });
    }
    if (this.#uploads.get(uploadId) !== spool) {
      await remove(file);
      await rmdir(spool.directory).catch(() => undefined);
      throw noSuchUpload(key);
    }
    const before = spool.parts.get(partNumber);
    spool.parts.set(partNumber, { partNumber, size: body.length, etag, file });
    if (before && spool.completing) spool.superseded.push(before.file);
    else if (before) await remove(before.file);
    return etag;
  }

  async listParts({ key, uploadId, token, maxParts }: ListPartsPageRequest): Promise<ListPartsPage> {
    const rest = [...this.#find(key, uploadId).parts.values()]
      .filter(({ partNumber }) => partNumber > Number(token ?? 0))
      .sort((a, b) => a.partNumber - b.partNumber);
    const parts = rest.slice(0, maxParts).map(({ partNumber, size, etag }) => ({ partNumber, size, etag }));
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
  async complete(request: CompleteUploadRequest, call: DriverCall): Promise<WriteResult> {
    const { key, uploadId } = request;
    const fingerprint = fingerprintOf(request);
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
    const stop = new AbortController();
    const signal = call.signal ? AbortSignal.any([call.signal, stop.signal]) : stop.signal;
    const result = this.#write(spool, request, { ...call, signal });
    spool.completing = { fingerprint, stop, result };
    try {
      const written = await result;
      this.#completions.add(uploadId, { key, fingerprint, result: written });
      await this.#forget(spool);
      return written;
    } catch (error) {
      spool.completing = undefined;
      for (const file of spool.superseded.splice(0)) await remove(file);
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

  /** Removes what is left of all uploads. */
  async close(): Promise<void> {
    const running = [...this.#uploads.values()].flatMap(({ completing }) => completing ?? []);
    this.#uploads.clear();
    for (const { stop } of running) stop.abort();
    await Promise.allSettled(running.map(({ result }) => result));
    if (this.#directory) await removeAll(await this.#directory);
  }

  async #write(
    spool: Spool,
    { key, parts, ifAbsent, ifMatch }: CompleteUploadRequest,
    call: DriverCall,
  ): Promise<WriteResult> {
    // As they are now: a part that is sent again from here on has another file.
    const chosen = parts.map(({ partNumber, etag }) => {
      const part = spool.parts.get(partNumber);
      if (part?.etag === etag) return part;
      throw new StoreError('InvalidArgument', `part ${partNumber} is not there with this ETag`, {
        operation: 'put',
        key,
        providerCode: 'InvalidPart',
      });
    });
    const body = Readable.from(joined(key, chosen), { objectMode: false });
    try {
      return await this.#driver.write.put({ ...spool.attributes, body, ifAbsent, ifMatch }, call);
    } catch (error) {
      throw this.#uploads.get(spool.uploadId) === spool && !spool.completing?.stop.signal.aborted
        ? error
        : noSuchUpload(key);
    } finally {
      body.destroy();
    }
  }

  async #forget(spool: Spool): Promise<void> {
    this.#uploads.delete(spool.uploadId);
    await removeAll(spool.directory);
  }

  #find(key: string, uploadId: string): Spool {
    const spool = this.#uploads.get(uploadId);
    if (spool?.key === key) return spool;
    throw noSuchUpload(key);
  }
}

/** The parts one after the other, each held against what arrived: a disk may be full, and files may be touched. */
async function* joined(key: string, parts: readonly Part[]): AsyncGenerator<Buffer> {
  for (const part of parts) {
    const hash = createHash('md5');
    let bytes = 0;
    for await (const chunk of readPart(key, part)) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
    const { partNumber, size, etag } = part;
    if (bytes === size && `"${hash.digest('hex')}"` === etag) continue;
    throw corrupt(key, `part ${partNumber} is not what was sent: ${bytes} bytes of ${size}`);
  }
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

/** The same for the same parts on the same conditions; short, however many parts there are. */
function fingerprintOf({ parts, ifAbsent, ifMatch }: CompleteUploadRequest): string {
  const named = parts.map(({ partNumber, etag }) => [partNumber, etag]);
  return createHash('sha256')
    .update(JSON.stringify([named, ifAbsent ?? false, ifMatch ?? '']))
    .digest('base64');
}

function md5Of(data: Uint8Array): string {
  return createHash('md5').update(data).digest('hex');
}

function remove(file: string): Promise<void> {
  return rm(file, { force: true });
}

/** Tries again while parts that were on their way still come. */
function removeAll(directory: string): Promise<void> {
  return rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

function noSuchUpload(key: string): StoreError {
  return new StoreError('NotFound', 'there is no such upload; it was completed or aborted', {
    operation: 'put',
    key,
    providerCode: 'NoSuchUpload',
  });
}
