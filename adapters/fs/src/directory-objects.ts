import { open, rm, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  metadataOf,
  StoreError,
  throwIfAborted,
  type BatchDeleteResult,
  type CopyRequest,
  type DeletedTarget,
  type DeleteTarget,
  type DriverCall,
  type FailedTarget,
  type GetRequest,
  type GetResult,
  type ListPage,
  type ListPageRequest,
  type PutRequest,
  type ReadInfo,
  type ReadRequest,
  type WriteResult,
} from '@store/driver';
import type { FsConfig } from './config.js';
import { errnoOf, translate } from './errors.js';
import type { FileCalls } from './file-calls.js';
import type { PathCheck } from './foreign.js';
import { inTurn } from './in-turn.js';
import { describe } from './describe-object.js';
import { Listing } from './listing.js';
import { objectNaming } from './object-naming.js';
import {
  fullInfo,
  openObject,
  readFooter,
  readRecord,
  writeObject,
  type Footer,
  type NewObject,
} from './object-file.js';
import { ObjectTree, PROVIDER } from './object-tree.js';
import { Root } from './root.js';
import { someAtOnce } from './some-at-once.js';
import { Trash } from './trash.js';

/** The objects of a directory. How keys become paths: `path-encoding.ts`; what a file holds: `object-file.ts`. */
export class DirectoryObjects {
  readonly #root: Root;
  readonly #listing: Listing;
  readonly #tree: ObjectTree;
  readonly #fsync: boolean;
  readonly trash: Trash;

  /**
   * @param path of the directory, absolute
   * @param windowNames how many names of a directory a listing holds in memory; for tests
   */
  constructor(path: string, config: FsConfig, windowNames?: number) {
    this.#root = new Root(path, config);
    this.#listing = new Listing({
      provider: PROVIDER,
      naming: objectNaming(this.#root.objects),
      describe: (file) => describe(this.#root.calls, file),
      windowNames,
    });
    this.#fsync = config.fsync ?? true;
    this.#tree = new ObjectTree(this.#root.calls, this.#root.objects, path, this.#fsync);
    this.trash = new Trash(this.#root, this.#tree, this.#fsync);
  }

  async list(request: ListPageRequest, { signal }: DriverCall): Promise<ListPage> {
    return this.#run('list', undefined, async () => {
      throwIfAborted(signal, 'list');
      if (!(await this.#root.readable())) return { objects: [], prefixes: [], truncated: false };
      return this.#listing.page(request, signal);
    });
  }

  async head(request: ReadRequest, { signal }: DriverCall): Promise<ReadInfo> {
    return this.#run('head', request.key, async () => {
      throwIfAborted(signal, 'head');
      const { file, footer } = await this.#open(request, 'head');
      try {
        return await infoOf(this.#root.calls, file, footer, request);
      } finally {
        await file.close();
      }
    });
  }

  async get(request: GetRequest, { signal }: DriverCall): Promise<GetResult> {
    return this.#run('get', request.key, async () => {
      throwIfAborted(signal, 'get');
      const { file, footer } = await this.#open(request, 'get');
      const { start = 0, end = Infinity } = request.range ?? {};
      if (request.range && start >= footer.size) {
        await file.close();
        const message = `the range begins at ${start}, the object has ${footer.size} bytes`;
        throw new StoreError('InvalidArgument', message, {
          ...this.#details('get', request.key),
          status: 416,
        });
      }
      const bytes = Math.min(end, footer.size - 1) - start + 1;
      try {
        const info = await infoOf(this.#root.calls, file, footer, request);
        return { info, body: await bodyOf(file, start, bytes, signal) };
      } catch (error) {
        await file.close();
        throw error;
      }
    });
  }

  async put(request: PutRequest, { signal }: DriverCall): Promise<WriteResult> {
    return this.#run('put', request.key, () => this.#write(request, request, signal));
  }

  async copy({ from, to }: CopyRequest, { signal }: DriverCall): Promise<WriteResult> {
    return this.#run('copy', from, async () => {
      throwIfAborted(signal, 'copy');
      const { file, footer } = await this.#open({ key: from }, 'copy');
      const body = await bodyOf(file, 0, footer.size);
      try {
        return await this.#write({ ...metadataOf(fullInfo(footer)), key: to, body }, {}, signal);
      } finally {
        body.destroy();
      }
    });
  }

  async deleteOne(target: DeleteTarget, { signal }: DriverCall): Promise<DeletedTarget> {
    return this.#run('delete', target.key, async () => {
      throwIfAborted(signal, 'delete');
      await this.#root.readable();
      await this.#tree.removeEmpty(new Set([await this.#unlink(target, this.#tree.pathCheck())]));
      return target;
    });
  }

  async deleteBatch(targets: readonly DeleteTarget[], { signal }: DriverCall): Promise<BatchDeleteResult> {
    return this.#run('deleteBatch', undefined, async () => {
      throwIfAborted(signal, 'deleteBatch');
      await this.#root.readable();
      const deleted: DeletedTarget[] = [];
      const failed: FailedTarget[] = [];
      const directories = new Set<string>();
      const check = this.#tree.pathCheck();
      await someAtOnce(targets, async (target) => {
        try {
          directories.add(await this.#unlink(target, check));
          deleted.push(target);
        } catch (error) {
          failed.push({ ...target, reason: translate(error, 'delete', target.key) });
        }
      });
      await this.#tree.removeEmpty(directories);
      return { deleted, failed };
    });
  }

  async close(): Promise<void> {
    await this.#listing.close();
  }

  async #open(request: ReadRequest, operation: string): Promise<{ file: FileHandle; footer: Footer }> {
    const { key, ifMatch, ifNoneMatch } = request;
    if (!(await this.#root.readable())) throw this.#notFound(operation, key);
    let file: FileHandle;
    try {
      const { path, directories, name } = this.#tree.pathOf(key);
      await this.#tree.pathCheck().check(directories, name);
      file = await openObject(path);
    } catch (error) {
      throw errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR'
        ? this.#notFound(operation, key)
        : error;
    }
    try {
      const footer = await readFooter(this.#root.calls, file, key, operation);
      if (ifMatch !== undefined && ifMatch !== footer.etag) {
        throw this.#unmet(operation, key, `the object's ETag is ${footer.etag}, not ${ifMatch}`, 412);
      }
      if (ifNoneMatch !== undefined && ifNoneMatch === footer.etag) {
        throw this.#unmet(operation, key, `the object still has the ETag ${ifNoneMatch}`, 304);
      }
      return { file, footer };
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  async #write(
    object: NewObject,
    { ifAbsent = false, ifMatch }: Pick<PutRequest, 'ifAbsent' | 'ifMatch'>,
    signal: AbortSignal | undefined,
  ): Promise<WriteResult> {
    throwIfAborted(signal, 'put');
    const { key } = object;
    const { path, directories, name } = this.#tree.pathOf(key);
    await this.#tree.pathCheck().check(directories, name);
    // So that nothing is written in vain; what counts is the look below.
    await this.#holdTo(key, ifMatch, 'put');
    const { file, temporary } = await this.#openTemporary(key);
    let published = false;
    try {
      let footer: Footer;
      try {
        footer = await writeObject(file, object, signal);
        if (this.#fsync) await file.sync();
      } finally {
        await file.close();
      }
      throwIfAborted(signal, 'put');
      await inTurn(path, async () => {
        await this.#holdTo(key, ifMatch, 'put');
        await this.#tree.publish(temporary, key, ifAbsent, () => this.#root.prepareAgain());
      });
      published = !ifAbsent;
      return { key, etag: footer.etag };
    } finally {
      // After a rename it is gone; after a link it is a second name.
      if (!published) await rm(temporary, { force: true });
    }
  }

  async #openTemporary(key: string): Promise<{ file: FileHandle; temporary: string }> {
    const temporary = this.#root.temporaryPath();
    try {
      await this.#root.prepare();
      return { file: await open(temporary, 'wx'), temporary };
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
    // Somebody removed the directories of the store under a running process: they are made again.
    try {
      await this.#root.prepareAgain();
      return { file: await open(temporary, 'wx'), temporary };
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw error;
      throw new StoreError('NotFound', 'the directory of the store is gone', {
        ...this.#details('put', key),
        providerCode: 'NoSuchBucket',
        cause: error,
      });
    }
  }

  /** @throws StoreError `NotFound`, or `PreconditionFailed` when the object has another ETag */
  async #holdTo(key: string, ifMatch: string | undefined, operation: string): Promise<void> {
    if (ifMatch === undefined) return;
    const { file } = await this.#open({ key, ifMatch }, operation);
    await file.close();
  }

  /** Removes the file of a key, if it is there; resolves to its directory. */
  async #unlink({ key, ifMatch }: DeleteTarget, check: PathCheck): Promise<string> {
    const { directory, path, directories, name } = this.#tree.pathOf(key);
    try {
      await check.check(directories, name);
      await inTurn(path, async () => {
        await this.#holdTo(key, ifMatch, 'delete');
        await this.#root.calls.unlink(path);
      });
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' && errnoOf(error) !== 'ENOTDIR') throw error;
    }
    return directory;
  }

  async #run<T>(operation: string, key: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw translate(error, operation, key, 'fs', this.#root.path);
    }
  }

  #details(operation: string, key: string) {
    return { provider: PROVIDER, operation, key };
  }

  #notFound(operation: string, key: string): StoreError {
    return new StoreError('NotFound', 'there is no such object', this.#details(operation, key));
  }

  #unmet(operation: string, key: string, message: string, status: number): StoreError {
    return new StoreError('PreconditionFailed', message, { ...this.#details(operation, key), status });
  }
}

/** What is told of an open file, and how it was uploaded to who asks for that. */
async function infoOf(
  calls: FileCalls,
  file: FileHandle,
  footer: Footer,
  { record }: ReadRequest,
): Promise<ReadInfo> {
  const info = fullInfo(footer);
  if (!record) return info;
  const kept = await readRecord(calls, file, footer);
  return kept ? { ...info, record: kept } : info;
}

/** The bytes of an open file as a stream, which closes the file at its end and when it is destroyed. */
async function bodyOf(
  file: FileHandle,
  start: number,
  bytes: number,
  signal?: AbortSignal,
): Promise<Readable> {
  if (bytes > 0) {
    return file.createReadStream({ start, end: start + bytes - 1, ...(signal ? { signal } : {}) });
  }
  // `end` is inclusive, so no bytes cannot be asked for.
  await file.close();
  return Readable.from([], { objectMode: false });
}
