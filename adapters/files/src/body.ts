import * as fs from 'node:fs';
import { addAbortSignal, Readable } from 'node:stream';
import { StoreError, throwIfAborted } from '@store/driver';
import { WholeBody } from '@store/driver/extend';
import { bytesOf, type FileCalls } from '@store/fs/on-disk';
import { etagOf } from './facts.js';
import type { Doing } from './refusals.js';
import { PROVIDER } from './refusals.js';

/** Bytes of a file that are read at once. */
const CHUNK_BYTES = 256 * 1024;

/** An open file, as it was when it was opened. */
export interface OpenFile {
  readonly calls: FileCalls;
  readonly fd: number;
  readonly stats: fs.BigIntStats;
}

/**
 * Bytes of an open file as a stream, which closes the file at its end and when it is destroyed. Up to `wholeBytes`, and a chunk in
 * any case, are read at once.
 *
 * Fails with `Conflict` when the file has changed before its end: what was read is of no one state of it.
 */
export async function bodyOf(
  file: OpenFile,
  start: number,
  bytes: number,
  doing: Doing,
  {
    signal,
    wholeBytes = 0,
  }: { readonly signal?: AbortSignal | undefined; readonly wholeBytes?: number | undefined },
): Promise<Readable> {
  if (bytes <= Math.max(CHUNK_BYTES, wholeBytes)) return wholeBody(file, start, bytes, doing);
  const body = new FileBody(file, start, bytes, doing);
  return signal ? addAbortSignal(signal, body) : body;
}

/** The same, read at once; where that fails the caller closes the file. A stream of a file costs more than all the rest of reading a small one. */
async function wholeBody(file: OpenFile, start: number, bytes: number, doing: Doing): Promise<Readable> {
  const chunk = Buffer.allocUnsafe(Math.max(bytes, 0));
  let seen = 0;
  for (let more = -1; more !== 0 && seen < bytes; seen += more) {
    more = await file.calls.read(file.fd, chunk, seen, bytes - seen, start + seen);
  }
  if (seen < bytes) throw becameShorter(doing);
  checkUnchanged(file, doing);
  fs.closeSync(file.fd);
  return new WholeBody(chunk);
}

class FileBody extends Readable {
  readonly #file: OpenFile;
  readonly #doing: Doing;
  readonly #end: number;
  #at: number;
  #isReading = false;
  #whenRead: (() => void) | undefined;

  constructor(file: OpenFile, start: number, bytes: number, doing: Doing) {
    super({ highWaterMark: CHUNK_BYTES });
    this.#file = file;
    this.#at = start;
    this.#end = start + bytes;
    this.#doing = doing;
  }

  override _read(): void {
    this.#isReading = true;
    void this.#next().catch((error: unknown) => {
      this.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  }

  /** A file is not closed under a read: its number may be another's by then. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const end = (): void => fs.close(this.#file.fd, () => done(error));
    if (this.#isReading) this.#whenRead = end;
    else end();
  }

  async #next(): Promise<void> {
    let chunk: Uint8Array;
    try {
      chunk = await this.#chunk();
    } finally {
      this.#isReading = false;
      this.#whenRead?.();
    }
    this.push(chunk);
    if (this.#at === this.#end) this.push(null);
  }

  async #chunk(): Promise<Uint8Array> {
    const { calls, fd } = this.#file;
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, this.#end - this.#at));
    const bytesRead = await calls.read(fd, chunk, 0, chunk.length, this.#at);
    if (bytesRead === 0) throw becameShorter(this.#doing);
    this.#at += bytesRead;
    if (this.#at === this.#end) checkUnchanged(this.#file, this.#doing);
    return chunk.subarray(0, bytesRead);
  }
}

/** @throws StoreError `Conflict` when the file is another than it was when it was opened */
export function checkUnchanged({ fd, stats }: OpenFile, doing: Doing): void {
  const now = fs.fstatSync(fd, { bigint: true });
  // One that has lost its name, or has got another, has another time of change, and the bytes that it had.
  const ctimeNs = now.nlink === stats.nlink ? now.ctimeNs : stats.ctimeNs;
  if (etagOf({ ...now, ctimeNs }) !== etagOf(stats)) throw changed('changed', doing);
}

const HINT = '; one that is always written to can be copied from a copy of it, or a snapshot';

function becameShorter(doing: Doing): StoreError {
  return changed('became shorter', doing);
}

function changed(how: string, doing: Doing): StoreError {
  return new StoreError('Conflict', `the file ${how} while it was read${HINT}`, {
    ...doing,
    provider: PROVIDER,
  });
}

/** Writes a body to an empty file. */
export function writeBody(
  calls: FileCalls,
  fd: number,
  body: Uint8Array | Readable,
  signal: AbortSignal | undefined,
): Promise<void> {
  return body instanceof Uint8Array ? writeAll(calls, fd, body) : writeStream(calls, fd, body, signal);
}

async function writeStream(
  calls: FileCalls,
  fd: number,
  body: Readable,
  signal: AbortSignal | undefined,
): Promise<void> {
  // Also of a body that does not go on.
  if (signal) addAbortSignal(signal, body);
  for await (const chunk of body) {
    throwIfAborted(signal, 'put');
    await writeAll(calls, fd, bytesOf(chunk));
  }
}

async function writeAll(calls: FileCalls, fd: number, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await calls.write(fd, bytes, written, bytes.length - written);
  }
}
