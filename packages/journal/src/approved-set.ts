import { createHash, type Hash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { systemReason } from '@store/driver/extend';
import { StoreError, type ObjectInfo, type VersionInfo } from '@store/core';
import * as v from 'valibot';

/** Of the lines of an approved set. One with another format is refused. */
const FORMAT = 1;

/** What is read, and written, at a time, in bytes. */
const CHUNK = 256 * 1024;

const header = v.object({
  type: v.literal('set'),
  format: v.literal(FORMAT),
  provider: v.string(),
  place: v.string(),
  address: v.exactOptional(v.string()),
  prefix: v.string(),
  options: v.record(v.string(), v.unknown()),
  madeAt: v.pipe(v.string(), v.isoTimestamp()),
});

/** The first line: of which store the set is, and what a dry run was asked for. */
export type SetHeader = v.InferOutput<typeof header>;

const entry = v.object({
  key: v.string(),
  versionId: v.exactOptional(v.string()),
  deleteMarker: v.exactOptional(v.literal(true)),
  etag: v.exactOptional(v.string()),
  size: v.exactOptional(v.number()),
  lastModified: v.exactOptional(v.string()),
});

/** One object, version or delete marker that may be deleted, as it was listed. */
export type ApprovedEntry = v.InferOutput<typeof entry>;

/** The last line: without it a set is not whole. `sha256` is of all lines before it. */
const end = v.object({
  type: v.literal('end'),
  count: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  bytes: v.number(),
  sha256: v.string(),
});

export type SetEnd = v.InferOutput<typeof end>;

/** Writes a set aside, and puts it in its place when it is whole. Synchronously: a dry run does not wait. */
export class SetWriter {
  readonly #path: string;
  readonly #aside: string;
  readonly #file: number;
  readonly #hash: Hash = createHash('sha256');
  #pending: string[] = [];
  #length = 0;
  #count = 0;
  #bytes = 0;

  /** @throws StoreError `InvalidArgument` where nothing can be written */
  constructor(path: string, first: Omit<SetHeader, 'type' | 'format'>) {
    this.#path = path;
    this.#aside = `${path}.${process.pid}.new`;
    try {
      this.#file = openSync(this.#aside, 'wx', 0o600);
    } catch (error) {
      const reason = systemReason(error);
      throw new StoreError('InvalidArgument', `${path} cannot be written: ${reason}`, { cause: error });
    }
    this.#line({ type: 'set', format: FORMAT, ...first });
  }

  add({ key, etag, size, lastModified, ...rest }: ObjectInfo | VersionInfo): void {
    const isMarker = 'deleteMarker' in rest && rest.deleteMarker;
    this.#count++;
    if (!isMarker) this.#bytes += size ?? 0;
    this.#line({
      key,
      versionId: 'isLatest' in rest ? rest.versionId : undefined,
      deleteMarker: isMarker || undefined,
      etag,
      size: isMarker ? undefined : size,
      lastModified: lastModified?.toISOString(),
    });
  }

  /** The set is whole. */
  finish(): SetEnd {
    this.#write();
    const last = {
      type: 'end',
      count: this.#count,
      bytes: this.#bytes,
      sha256: this.#hash.copy().digest('hex'),
    } as const;
    this.#line(last);
    this.#write();
    fsyncSync(this.#file);
    closeSync(this.#file);
    renameSync(this.#aside, this.#path);
    return last;
  }

  /** There will be none. */
  discard(): void {
    closeSync(this.#file);
    rmSync(this.#aside, { force: true });
  }

  #line(value: object): void {
    const line = `${JSON.stringify(value)}\n`;
    this.#pending.push(line);
    this.#length += line.length;
    if (this.#length > CHUNK) this.#write();
  }

  #write(): void {
    const bytes = Buffer.from(this.#pending.join(''));
    this.#pending = [];
    this.#length = 0;
    this.#hash.update(bytes);
    for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
  }
}

/** Reads a set line by line, synchronously, in bounded memory. */
export class SetReader implements Disposable {
  readonly header: SetHeader;
  readonly #path: string;
  readonly #file: number;
  readonly #lines: Generator<Buffer, void, undefined>;
  readonly #hash: Hash = createHash('sha256');
  #number = 0;

  /** @throws StoreError `InvalidArgument` for what cannot be read, and for what is no set */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#file = openSync(path, 'r');
    } catch (error) {
      const reason = systemReason(error);
      throw new StoreError('InvalidArgument', `${path} cannot be read: ${reason}`, { cause: error });
    }
    this.#lines = this.#split();
    try {
      const first = v.safeParse(header, this.#next());
      if (!first.success) throw this.#wrong('is no set of keys that a dry run has written');
      this.header = first.output;
    } catch (error) {
      closeSync(this.#file);
      throw error;
    }
  }

  /**
   * All entries, up to the end of the set, which is returned.
   *
   * @throws StoreError `Corrupt` for a set that is not whole, or was changed
   */
  *entries(): Generator<ApprovedEntry, SetEnd, undefined> {
    let count = 0;
    for (;;) {
      const sha256 = this.#hash.copy();
      const value = this.#next();
      const last = v.safeParse(end, value);
      if (last.success) {
        const isWhole = last.output.count === count && last.output.sha256 === sha256.digest('hex');
        if (!isWhole || this.#next() !== undefined) throw this.#wrong('was changed after it was written');
        return last.output;
      }
      const one = v.safeParse(entry, value);
      if (!one.success)
        throw this.#wrong(value === undefined ? 'has no end' : `is not readable in line ${this.#number}`);
      count++;
      yield one.output;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #next(): unknown {
    const { value: line } = this.#lines.next();
    if (!line) return undefined;
    this.#number++;
    this.#hash.update(line);
    try {
      return JSON.parse(line.toString('utf8'));
    } catch {
      return undefined;
    }
  }

  *#split(): Generator<Buffer, void, undefined> {
    let rest: Buffer[] = [];
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK);
      const length = readSync(this.#file, chunk, 0, CHUNK, null);
      if (length === 0) break;
      let from = 0;
      for (let at = chunk.indexOf(0x0a); at >= 0 && at < length; at = chunk.indexOf(0x0a, from)) {
        yield Buffer.concat([...rest, chunk.subarray(from, at + 1)]);
        rest = [];
        from = at + 1;
      }
      if (from < length) rest.push(chunk.subarray(from, length));
    }
    if (rest.length > 0) yield Buffer.concat(rest);
  }

  #wrong(what: string): StoreError {
    return new StoreError('Corrupt', `${this.#path} ${what}; nothing was deleted by it`);
  }
}
