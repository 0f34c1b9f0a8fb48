import { createHash, hash as hashOf } from 'node:crypto';
import type { Readable } from 'node:stream';
import { abortedError, StoreError, type GetRequest, type ObjectInfo } from '@store/core';
import { WholeBody } from '@store/driver/extend';
import { withSoundFacts } from '@store/driver';
import type { Engine } from '@store/engine';
import { md5OfEtag } from './etag-digest.js';

/** Parts of an object that are read ahead of the one that is being written. */
const PARTS_AHEAD = 2;

export const NO_MD5_HINT =
  '; where a bucket encrypts with keys of KMS its ETags are no MD5s: set ignoreChecksum there';

/** How an object is read. */
export interface Reading {
  readonly engine: Engine;
  readonly key: string;
  /** Larger objects are read by parts of so many bytes, each bound to the ETag of the first look. */
  readonly partBytes: number;
  /** What is read is not held against the ETag. */
  readonly ignoreChecksum: boolean;
  /** Nobody asks for the MD5 of an object that comes in parts, unless its ETag is one. */
  readonly withoutMd5?: boolean | undefined;
  readonly signal: AbortSignal;
  /** Waits until so many bytes may be read. */
  readonly pace: (bytes: number) => Promise<void>;
  /** Told of bytes that have been read. */
  readonly onBytes: (bytes: number) => void;
}

/** What was known of an object before it is read. */
export type ListedFacts = Pick<ObjectInfo, 'etag' | 'size'>;

/** An object on its way. Either all of it is there, or it comes part by part, of which the last is followed by all checks. */
export interface ReadObject {
  readonly info: ObjectInfo;
  readonly body: Uint8Array | AsyncGenerator<Uint8Array, void, undefined>;
  /** How many bytes were read, when all of it was. */
  readonly size: () => number;
  /** Of them, made where it is asked for; undefined with `withoutMd5`. */
  readonly md5: () => string | undefined;
}

/**
 * Reads an object: a small one whole, a large one by ranges side by side, so that what breaks off is not read from the
 * beginning again. What ends too early, is not what its ETag says, or changes meanwhile is an error, at its end at the latest.
 *
 * @param listed what the listing says, or a first look
 */
export async function readObject(reading: Reading, listed: ListedFacts): Promise<ReadObject> {
  const { size } = listed;
  if (size !== undefined && size <= reading.partBytes) {
    const whole = await readWhole(reading, size, listed);
    if (whole) return whole;
  }
  return readParts(reading, listed);
}

/** Undefined when it is not as small as it was. */
async function readWhole(
  reading: Reading,
  size: number,
  listed: ListedFacts,
): Promise<ReadObject | undefined> {
  const { engine, key, partBytes } = reading;
  await reading.pace(size);
  const found = await request(reading, async (call) => {
    const { info: given, body } = await engine.driver.read.get({ key, wholeBytes: size }, call);
    const info = withSoundFacts(given);
    try {
      checkSize(reading, info, listed);
    } catch (error) {
      body.destroy();
      throw error;
    }
    if (info.size === undefined || info.size > partBytes) {
      body.destroy();
      return undefined;
    }
    const bytes = await collect(reading, body, info.size);
    const md5 = isChecked(reading, info) ? md5Of(bytes) : undefined;
    if (md5 !== undefined) checkDigest(reading, info, md5);
    return { info, body: bytes, md5 };
  });
  if (!found) return undefined;
  const { info, body } = found;
  reading.onBytes(body.length);
  return { info, body, size: () => body.length, md5: () => found.md5 ?? md5Of(body) };
}

function md5Of(bytes: Uint8Array): string {
  return hashOf('md5', bytes, 'hex');
}

/** What is read has to have the MD5 that its ETag is. */
function isChecked({ ignoreChecksum }: Reading, { etag }: ObjectInfo): boolean {
  return !ignoreChecksum && md5OfEtag(etag) !== undefined;
}

async function readParts(reading: Reading, listed: ListedFacts): Promise<ReadObject> {
  const { engine, key } = reading;
  const given = await request(reading, (call) => engine.driver.read.head({ key }, call));
  const info = withSoundFacts(given);
  checkSize(reading, info, listed);
  const { size } = info;
  const hash = reading.withoutMd5 && !isChecked(reading, info) ? undefined : createHash('md5');
  let read = 0;
  async function* body(): AsyncGenerator<Uint8Array, void, undefined> {
    const parts = size === undefined ? stream(reading, info) : ranges(reading, info, size);
    for await (const part of parts) {
      hash?.update(part);
      read += part.length;
      reading.onBytes(part.length);
      yield part;
    }
    digest = hash?.digest('hex');
    if (digest !== undefined) checkDigest(reading, info, digest);
  }
  let digest: string | undefined;
  return { info, body: body(), size: () => read, md5: () => digest };
}

/** In order; a few are on their way while the caller has one. */
async function* ranges(
  reading: Reading,
  { etag: ifMatch }: ObjectInfo,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { partBytes } = reading;
  const stop = new AbortController();
  const inside = { ...reading, signal: AbortSignal.any([reading.signal, stop.signal]) };
  const coming: Promise<Uint8Array>[] = [];
  let next = 0;
  const begin = (): void => {
    if (next >= size) return;
    const range = { start: next, end: Math.min(next + partBytes, size) - 1 };
    next = range.end + 1;
    const part = readRange(inside, { key: reading.key, ifMatch, range }, range.end + 1 - range.start);
    // Whoever waits for it hears of it; the others are given up.
    part.catch(() => undefined);
    coming.push(part);
  };
  try {
    for (let i = 0; i <= PARTS_AHEAD; i++) begin();
    for (let part = coming.shift(); part; part = coming.shift()) {
      const bytes = await part;
      begin();
      yield bytes;
    }
  } finally {
    stop.abort();
  }
}

async function readRange(reading: Reading, wanted: GetRequest, size: number): Promise<Uint8Array> {
  await reading.pace(size);
  return request(reading, async (call) => {
    const { info, body } = await reading.engine.driver.read.get({ ...wanted, wholeBytes: size }, call);
    // Not every service holds a condition that it is sent.
    if (info.etag !== undefined && wanted.ifMatch !== undefined && info.etag !== wanted.ifMatch) {
      body.destroy();
      throw changed(reading);
    }
    return collect(reading, body, size);
  });
}

/** Where nobody says how large it is, it can only be read from the beginning to the end. */
async function* stream(
  reading: Reading,
  { etag: ifMatch }: ObjectInfo,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { engine, key } = reading;
  const { body } = await request(reading, (call) => engine.driver.read.get({ key, ifMatch }, call));
  try {
    for await (const chunk of chunksOf(reading, body)) {
      await reading.pace(chunk.length);
      yield chunk;
    }
  } finally {
    body.destroy();
  }
}

async function collect(reading: Reading, body: Readable, size: number): Promise<Uint8Array> {
  if (body instanceof WholeBody) return ofSize(reading, body.bytes, size);
  const all = Buffer.allocUnsafe(size);
  let at = 0;
  for await (const chunk of chunksOf(reading, body)) {
    if (at + chunk.length > size) throw tooMany(reading, size);
    all.set(chunk, at);
    at += chunk.length;
  }
  return ofSize(reading, all.subarray(0, at), size);
}

function ofSize(reading: Reading, bytes: Uint8Array, size: number): Uint8Array {
  if (bytes.length > size) throw tooMany(reading, size);
  if (bytes.length < size) throw wrongSize(reading, `ended after ${bytes.length} of ${size} bytes`);
  return bytes;
}

function tooMany(reading: Reading, size: number): StoreError {
  return wrongSize(reading, `has more than the ${size} bytes that it should have`);
}

async function* chunksOf(reading: Reading, body: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) yield chunk;
  } catch (cause) {
    if (cause instanceof StoreError) throw cause;
    if (reading.signal.aborted) throw abortedError(reading.signal, 'get');
    const message = `the body broke off: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new StoreError('Unavailable', message, { ...detailsOf(reading), cause });
  } finally {
    body.destroy();
  }
}

function request<T>(
  { engine, signal, key }: Reading,
  send: Parameters<typeof engine.request<T>>[1],
): Promise<T> {
  return engine.request({ operation: 'get', signal }, send).catch((error: unknown) => {
    if (!(error instanceof StoreError) || error.code !== 'PreconditionFailed') throw error;
    throw changed({ engine, key }, error);
  });
}

function checkDigest(reading: Reading, { etag }: ObjectInfo, md5: string): void {
  const expected = md5OfEtag(etag);
  if (reading.ignoreChecksum || expected === undefined || expected === md5) return;
  const message = `what was read has the MD5 ${md5}, and its ETag says ${expected}${NO_MD5_HINT}`;
  throw new StoreError('Corrupt', message, { ...detailsOf(reading), retryable: false });
}

/** One ETag is one size; what was replaced since has another ETag. */
function checkSize(reading: Reading, { etag, size }: ObjectInfo, listed: ListedFacts): void {
  if (etag === undefined || etag !== listed.etag) return;
  if (size === undefined || listed.size === undefined || size === listed.size) return;
  const message = `the body has ${size} bytes, and was listed with ${listed.size} under the same ETag`;
  throw new StoreError('Corrupt', message, { ...detailsOf(reading), retryable: false });
}

function changed(where: Pick<Reading, 'engine' | 'key'>, cause?: StoreError): StoreError {
  return new StoreError('Conflict', 'it changed while it was read', {
    ...detailsOf(where),
    retryable: false,
    cause,
  });
}

function wrongSize(reading: Reading, what: string): StoreError {
  return new StoreError('Corrupt', `the body ${what}`, { ...detailsOf(reading), retryable: true });
}

function detailsOf({ engine, key }: Pick<Reading, 'engine' | 'key'>) {
  return { operation: 'get', key, provider: engine.provider };
}
