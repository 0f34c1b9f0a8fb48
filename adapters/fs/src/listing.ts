import {
  StoreError,
  throwIfAborted,
  type CommonPrefix,
  type LeftOut,
  type ListPage,
  type ListPageRequest,
  type ObjectInfo,
  type Unnameable,
} from '@store/driver';
import { fromBinary, isText, readable, toBinary } from './binary.js';
import { someAtOnce } from './some-at-once.js';
import { Walk, type FoundFile, type Naming } from './walk.js';

/** Listings that were left off between two pages and can go on where they were. */
const KEPT_WALKS = 16;

interface Position {
  readonly walk: Walk;
  /** The file that the page before found and did not take. */
  readonly next: FoundFile;
}

/** What is listed, and how. */
export interface Listed {
  readonly provider: string;
  readonly naming: Naming;
  /** Undefined when the object has gone meanwhile. */
  readonly describe: (file: FoundFile) => Promise<ObjectInfo | undefined>;
  /** See {@link Walk}. */
  readonly windowNames?: number | undefined;
}

/**
 * Pages of a listing. A token says after which key or group the next page begins, so it works for ever; the
 * walk that it comes from is kept for a while, so that turning the page does not mean to begin anew.
 */
export class Listing {
  readonly #listed: Listed;
  readonly #kept = new Map<string, Position>();

  constructor(listed: Listed) {
    this.#listed = listed;
  }

  async page(request: ListPageRequest, signal: AbortSignal | undefined): Promise<ListPage> {
    const { walk, first } = this.#resume(request);
    const prefix = toBinary(request.prefix);
    const delimiter = request.delimiter === undefined ? undefined : toBinary(request.delimiter);
    const files: FoundFile[] = [];
    const prefixes: CommonPrefix[] = [];
    const unnameable: Unnameable[] = [];
    const leftOut: LeftOut[] = [];
    let last: { kind: 'key' | 'group'; bytes: string } | undefined;
    let file = first ?? (await walk.next());
    while (file && files.length + prefixes.length + unnameable.length + leftOut.length < request.maxKeys) {
      throwIfAborted(signal, 'list');
      const { foreign, passed } = file;
      if (foreign || passed) {
        const where = { name: readable(file.key), at: isText(file.key) ? fromBinary(file.key) : undefined };
        if (passed) leftOut.push({ ...where, ...passed });
        if (foreign)
          unnameable.push({ ...where, reason: { ...foreign, message: `${file.path}: ${foreign.message}` } });
        last = { kind: 'key', bytes: file.key };
        file = await walk.next();
        continue;
      }
      const end = delimiter === undefined ? -1 : file.key.indexOf(delimiter, prefix.length);
      if (delimiter === undefined || end < 0) {
        files.push(file);
        last = { kind: 'key', bytes: file.key };
      } else {
        const group = file.key.slice(0, end + delimiter.length);
        prefixes.push({ prefix: fromBinary(group) });
        last = { kind: 'group', bytes: group };
        walk.skipGroup(group);
      }
      file = await walk.next();
    }
    const objects = await this.#describeAll(files, signal);
    if (!file || !last) {
      await walk.close();
      return { objects, prefixes, unnameable, leftOut, truncated: false };
    }
    const nextToken = encodeToken(last);
    this.#keep(this.#id(request, nextToken), { walk, next: file });
    return { objects, prefixes, unnameable, leftOut, truncated: true, nextToken };
  }

  async close(): Promise<void> {
    for (const { walk } of this.#kept.values()) await walk.close();
    this.#kept.clear();
  }

  #resume(request: ListPageRequest): { walk: Walk; first?: FoundFile } {
    const { prefix, token, startAfter } = request;
    if (token === undefined) {
      return { walk: this.#walk(prefix, startAfter === undefined ? '' : toBinary(startAfter)) };
    }
    const id = this.#id(request, token);
    const kept = this.#kept.get(id);
    if (kept) {
      this.#kept.delete(id);
      return { walk: kept.walk, first: kept.next };
    }
    const { kind, bytes } = decodeToken(token, this.#listed.provider);
    const walk = this.#walk(prefix, bytes);
    if (kind === 'group') walk.skipGroup(bytes);
    return { walk };
  }

  #walk(prefix: string, after: string): Walk {
    const { naming, windowNames } = this.#listed;
    return new Walk(naming, toBinary(prefix), after, windowNames);
  }

  async #describeAll(files: readonly FoundFile[], signal: AbortSignal | undefined): Promise<ObjectInfo[]> {
    const described: (ObjectInfo | undefined)[] = [];
    await someAtOnce(files.entries(), async ([index, file]) => {
      throwIfAborted(signal, 'list');
      described[index] = await this.#listed.describe(file);
    });
    return described.filter((info) => info !== undefined);
  }

  #keep(id: string, position: Position): void {
    this.#kept.set(id, position);
    if (this.#kept.size <= KEPT_WALKS) return;
    const [oldest] = this.#kept;
    if (!oldest) return;
    this.#kept.delete(oldest[0]);
    // Nothing waits for it: it has no page to give any more.
    void oldest[1].walk.close();
  }

  #id({ prefix, delimiter }: ListPageRequest, token: string): string {
    return JSON.stringify([prefix, delimiter, token]);
  }
}

function encodeToken({ kind, bytes }: { kind: 'key' | 'group'; bytes: string }): string {
  return (kind === 'key' ? 'k' : 'g') + Buffer.from(bytes, 'latin1').toString('base64url');
}

function decodeToken(token: string, provider: string): { kind: 'key' | 'group'; bytes: string } {
  if (!/^[kg][A-Za-z0-9_-]+$/.test(token)) {
    throw new StoreError('InvalidArgument', 'the continuation token is not one of this store', {
      provider,
      operation: 'list',
    });
  }
  return {
    kind: token.startsWith('k') ? 'key' : 'group',
    bytes: Buffer.from(token.slice(1), 'base64url').toString('latin1'),
  };
}
