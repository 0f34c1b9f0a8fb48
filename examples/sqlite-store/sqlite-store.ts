// A store in one table of an SQLite file: the worked example of docs/how-to-add.md. All that an adapter
// has to be is here: its configuration, its driver (put together from facets), and the object that openStore is given.
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { addAbortSignal, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import {
  DEFAULT_MAX_KEY_BYTES,
  metadataOf,
  restate,
  StoreError,
  throwIfAborted,
  toStoreError,
  type DriverCall,
  type ListPage,
  type ListPageRequest,
  type ObjectInfo,
  type PutRequest,
  type ReadRequest,
  type StoreAdapter,
  type StoreDriver,
} from '@store/driver';
import sqlite, { type Database } from 'node-sqlite3-wasm';
import * as v from 'valibot';

export interface SqliteConfig {
  /** The database file. Relative paths start at the configuration's directory. */
  readonly file: string;
}

const provider = 'sqlite';
// Keys are BLOBs: those keep every character, and are compared byte by byte, as a listing promises.
const TABLE = `CREATE TABLE IF NOT EXISTS objects (
  key BLOB PRIMARY KEY, body BLOB NOT NULL, etag TEXT NOT NULL, modified INTEGER NOT NULL, attributes TEXT NOT NULL)`;

/** What a row says of its object. To TypeScript a column has a value of any type. */
const rowSchema = v.object({
  key: v.instance(Uint8Array),
  size: v.number(),
  etag: v.string(),
  modified: v.number(),
  attributes: v.string(),
});
const COLUMNS = 'key, length(body) AS size, etag, modified, attributes';

const time = v.pipe(
  v.string(),
  v.transform((text) => new Date(text)),
);
/** What `put` has kept: all of it is as it was in JSON, but for a time. */
const attributesSchema = v.looseObject({ expires: v.optional(time) });

const bytesOf = (key: string): Buffer => Buffer.from(key);
/** The first key behind this one. */
const after = (key: string): Buffer => Buffer.concat([bytesOf(key), Buffer.of(0)]);
/** Behind every key that begins with this: no UTF-8 has the byte FF. */
const behind = (prefix: string): Buffer => Buffer.concat([bytesOf(prefix), Buffer.of(0xff)]);

const refusal = (code: 'NotFound' | 'PreconditionFailed' | 'InvalidArgument', message: string, key: string) =>
  new StoreError(code, message, { provider, key });

function infoOf(row: unknown): ObjectInfo {
  const { key, size, etag, modified, attributes } = v.parse(rowSchema, row);
  const more = v.parse(attributesSchema, JSON.parse(attributes));
  return { key: Buffer.from(key).toString(), size, etag, lastModified: new Date(modified), ...more };
}

/** @throws StoreError `NotFound`, `PreconditionFailed` */
function find(db: Database, { key, ifMatch, ifNoneMatch }: ReadRequest): ObjectInfo {
  const row = db.get(`SELECT ${COLUMNS} FROM objects WHERE key = ?`, [bytesOf(key)]);
  if (row === null) throw refusal('NotFound', 'there is no such object', key);
  const info = infoOf(row);
  const holds = (ifMatch === undefined || ifMatch === info.etag) && ifNoneMatch !== info.etag;
  if (!holds) throw refusal('PreconditionFailed', `the ETag of the object is ${info.etag}`, key);
  return info;
}

function list(db: Database, { prefix, token, startAfter, maxKeys, delimiter }: ListPageRequest): ListPage {
  const page = { objects: [] as ObjectInfo[], prefixes: [] as { prefix: string }[] };
  const next = db.prepare(`SELECT ${COLUMNS} FROM objects WHERE key >= ? AND key < ? ORDER BY key LIMIT 1`);
  // A token is the first key that may come, so that it holds when the keys before it are gone.
  let from = token === undefined ? bytesOf(prefix) : Buffer.from(token, 'base64url');
  if (startAfter !== undefined && Buffer.compare(after(startAfter), from) > 0) from = after(startAfter);
  try {
    for (;;) {
      const row = next.get([from, behind(prefix)]);
      if (row === null) return { ...page, truncated: false };
      if (page.objects.length + page.prefixes.length === maxKeys)
        return { ...page, truncated: true, nextToken: from.toString('base64url') };
      const info = infoOf(row);
      const end = delimiter === undefined ? -1 : info.key.indexOf(delimiter, prefix.length);
      const group = end < 0 ? undefined : info.key.slice(0, end + (delimiter?.length ?? 0));
      if (group === undefined) page.objects.push(info);
      else page.prefixes.push({ prefix: group });
      from = group === undefined ? after(info.key) : behind(group);
    }
  } finally {
    next.finalize();
  }
}

async function put(db: Database, request: PutRequest, { signal }: DriverCall) {
  const { key, body, ifAbsent } = request;
  if (body instanceof Readable && signal) addAbortSignal(signal, body);
  const bytes = body instanceof Readable ? await buffer(body) : body;
  const etag = `"${createHash('md5').update(bytes).digest('hex')}"`;
  const attributes = JSON.stringify(metadataOf(request));
  // One statement, so that nobody comes between looking and writing.
  const { changes } = db.run(
    `INSERT OR ${ifAbsent ? 'IGNORE' : 'REPLACE'} INTO objects (key, body, etag, modified, attributes) VALUES (?, ?, ?, ?, ?)`,
    [bytesOf(key), bytes, etag, Date.now(), attributes],
  );
  if (changes === 0) throw refusal('PreconditionFailed', 'there is such an object', key);
  return { key, etag };
}

/** @param file absolute */
export function sqliteDriver(file: string): StoreDriver {
  let opened: Database | undefined;

  /** Every call goes through here: it opens the file when it has to, and ends with a `StoreError` or well. */
  const on = async <T>({ signal }: DriverCall, operation: string, work: (db: Database) => T | Promise<T>) => {
    throwIfAborted(signal, operation);
    try {
      if (!opened) (opened = new sqlite.Database(file)).exec(TABLE);
      return await work(opened);
    } catch (error) {
      const busy = error instanceof sqlite.SQLite3Error && error.message.includes('locked');
      if (busy) throw new StoreError('Unavailable', error.message, { provider, operation, cause: error });
      throw restate(toStoreError(error, { provider }), { operation });
    }
  };
  const remove = (db: Database, key: string): { key: string } => {
    db.run('DELETE FROM objects WHERE key = ?', [bytesOf(key)]);
    return { key };
  };

  return {
    provider,
    place: `sqlite:${file}`,
    keys: { maxBytes: DEFAULT_MAX_KEY_BYTES },
    list: {
      order: 'utf8',
      maxPageSize: 1000,
      delimiter: 'any',
      page: (request, call) => on(call, 'list', (db) => list(db, request)),
    },
    read: {
      head: (request, call) => on(call, 'head', (db) => find(db, request)),
      get: (request, call) =>
        on(call, 'get', (db) => {
          const info = find(db, request);
          const { start = 0, end = Infinity } = request.range ?? {};
          if (start > 0 && start >= (info.size ?? 0))
            throw refusal('InvalidArgument', 'it ends before', info.key);
          const row = db.get('SELECT body FROM objects WHERE key = ?', [bytesOf(info.key)]);
          const { body } = v.parse(v.object({ body: v.instance(Uint8Array) }), row);
          return { info, body: Readable.from([body.subarray(start, end + 1)]) };
        }),
    },
    write: {
      streaming: true, // There is no `multipart`, so `put` takes bodies of any length. SQLite holds a gigabyte.
      ifAbsent: true,
      ifMatch: false,
      storageClasses: false,
      put: (request, call) => on(call, 'put', (db) => put(db, request, call)),
      copy: ({ from, to }, call) =>
        on(call, 'copy', (db) => {
          const { etag } = find(db, { key: from });
          const row = 'SELECT ?, body, etag, ?, attributes FROM objects WHERE key = ?';
          db.run(`INSERT OR REPLACE INTO objects ${row}`, [bytesOf(to), Date.now(), bytesOf(from)]);
          return { key: to, etag };
        }),
    },
    delete: {
      ifMatch: false,
      passThrough: [],
      one: ({ key }, call) => on(call, 'delete', (db) => remove(db, key)),
    },
    batch: {
      maxKeys: 1000,
      keys: 'any',
      delete: (targets, call) =>
        on(call, 'delete', (db) => ({ deleted: targets.map(({ key }) => remove(db, key)), failed: [] })),
    },
    close: async () => {
      opened?.close();
      opened = undefined;
    },
  };
}

/** `provider: 'sqlite'`. */
export const sqliteStore: StoreAdapter<'sqlite', SqliteConfig> = {
  provider,
  schema: v.strictObject({ file: v.pipe(v.string(), v.nonEmpty()) }),
  secretKeys: [],
  createDriver: ({ file }, { baseDirectory }) => sqliteDriver(resolve(baseDirectory, file)),
};
