import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  compareKeys,
  StoreError,
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

interface Spool extends CreateUploadRequest {
  readonly uploadId: string;
  readonly initiated: Date;
  readonly directory: string;
  readonly parts: Map<number, PartInfo>;
}

/**
 * Multipart uploads for a store that has none, such as a directory: parts are kept in temporary files, and written as
 * one object at the end. They are lost when the gateway ends.
 */
export class SpooledUploads {
  readonly #driver: StoreDriver;
  readonly #uploads = new Map<string, Spool>();
  #directory: Promise<string> | undefined;

  constructor(driver: StoreDriver) {
    this.#driver = driver;
  }

  async create(request: CreateUploadRequest): Promise<string> {
    this.#directory ??= mkdtemp(join(tmpdir(), 'store-gateway-'));
    const uploadId = randomUUID();
    const directory = join(await this.#directory, uploadId);
    await mkdir(directory);
    this.#uploads.set(uploadId, {
      ...request,
      uploadId,
      directory,
      initiated: new Date(),
      parts: new Map(),
    });
    return uploadId;
  }

  async uploadPart({ key, uploadId, partNumber, body }: UploadPartRequest): Promise<string> {
    const spool = this.#find(key, uploadId);
    // A file of its own for each try: a part that is sent again may come while the first is still written.
    const etag = `"${createHash('md5').update(body).digest('hex')}"`;
    await writeFile(fileOf(spool, partNumber, etag), body);
    spool.parts.set(partNumber, { partNumber, size: body.length, etag });
    return etag;
  }

  async listParts({ key, uploadId, token, maxParts }: ListPartsPageRequest): Promise<ListPartsPage> {
    const rest = [...this.#find(key, uploadId).parts.values()]
      .filter(({ partNumber }) => partNumber > Number(token ?? 0))
      .sort((a, b) => a.partNumber - b.partNumber);
    const parts = rest.slice(0, maxParts);
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

  async complete(request: CompleteUploadRequest, call: DriverCall): Promise<WriteResult> {
    const { key, uploadId, parts, ifAbsent, ifMatch } = request;
    const spool = this.#find(key, uploadId);
    const wrong = parts.find(({ partNumber, etag }) => spool.parts.get(partNumber)?.etag !== etag);
    if (wrong) {
      throw new StoreError('InvalidArgument', `part ${wrong.partNumber} is not there with this ETag`, {
        operation: 'put',
        key,
        providerCode: 'InvalidPart',
      });
    }
    async function* joined(): AsyncGenerator<Buffer> {
      for (const { partNumber, etag } of parts)
        yield* createReadStream(fileOf(spool, partNumber, etag)) as AsyncIterable<Buffer>;
    }
    const {
      uploadId: _id,
      initiated: _initiated,
      directory: _directory,
      parts: _parts,
      ...attributes
    } = spool;
    const body = Readable.from(joined(), { objectMode: false });
    const written = await this.#driver.put({ ...attributes, body, ifAbsent, ifMatch }, call);
    await this.abort(uploadId);
    return written;
  }

  async abort(uploadId: string): Promise<void> {
    const spool = this.#uploads.get(uploadId);
    this.#uploads.delete(uploadId);
    if (spool) await rm(spool.directory, { recursive: true, force: true });
  }

  /** Removes what is left of all uploads. */
  async close(): Promise<void> {
    this.#uploads.clear();
    if (this.#directory) await rm(await this.#directory, { recursive: true, force: true });
  }

  #find(key: string, uploadId: string): Spool {
    const spool = this.#uploads.get(uploadId);
    if (spool?.key === key) return spool;
    throw new StoreError('NotFound', 'there is no such upload; it was completed or aborted', {
      operation: 'put',
      key,
      providerCode: 'NoSuchUpload',
    });
  }
}

function fileOf({ directory }: Spool, partNumber: number, etag: string): string {
  return join(directory, `${partNumber}-${etag.replaceAll('"', '')}`);
}
