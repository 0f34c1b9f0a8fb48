import {
  assertKey,
  StoreError,
  type DeleteOptions,
  type ObjectInfo,
  type PutOptions,
  type Tags,
  type WriteResult,
} from '@store/core';
import { copyWith } from '@store/core/operations';
import { withSoundFacts } from '@store/driver';
import mime from 'mime-types';
import type { ByteBudget } from './byte-budget.js';
import type { ByteRate } from './byte-rate.js';
import { carriedFrom, keepsMetadata, timeFor } from './carried.js';
import { md5OfEtag } from './etag-digest.js';
import type { Ledger } from './ledger.js';
import type { CheckedTransferOptions } from './options.js';
import { isOnThisMachine, type Side } from './place.js';
import { NO_MD5_HINT, readObject, type ReadObject, type Reading } from './read-object.js';
import type { Transferred } from './report.js';

/** Times that an object is read that changes, or does not arrive as it is. */
const ATTEMPTS = 3;

/** What a large object holds at most, in parts: some in flight and one being filled at the target, some read ahead. */
const PARTS_HELD = 6;

const UNLIMITED =
  "maxBytesPerSecond does not hold for copies on the provider's side: their bytes do not come here";

/** What copying works with. */
export interface Copying {
  readonly from: Side;
  readonly to: Side;
  /** One bucket: the provider copies. */
  readonly onServer: boolean;
  readonly options: CheckedTransferOptions;
  readonly partBytes: number;
  readonly ledger: Ledger;
  readonly budget: ByteBudget;
  readonly rate: ByteRate | undefined;
  readonly signal: AbortSignal;
  /** The key at the target of a key at the source. */
  readonly targetKey: (key: string) => string;
}

export interface Copied extends Transferred {
  /** The state of the source that was copied. */
  readonly source: ObjectInfo;
  /** Why nobody may rely on the copy, though it was written as it should be: somebody else may have written there since. */
  readonly doubt?: string | undefined;
}

/**
 * Copies one object, and holds what is at the target then against what was at the source.
 *
 * @throws StoreError why it was not copied; nothing half is left under the key
 */
export async function copyObject(copying: Copying, source: ObjectInfo): Promise<Copied> {
  const { to, onServer, options } = copying;
  const key = copying.targetKey(source.key);
  assertKey(key, 'copy', to.engine.driver.keys.maxBytes);
  // What is copied on the provider's side has the content type that it had.
  const copy = onServer && options.contentType === undefined ? copyOnServer : copyThrough;
  for (let attempt = 1; ; attempt++) {
    try {
      return await copy(copying, source, key);
    } catch (error) {
      if (attempt >= ATTEMPTS || copying.signal.aborted || !isWorthAnother(copying, error)) throw error;
    }
  }
}

function isWorthAnother({ to }: Copying, error: unknown): boolean {
  if (!(error instanceof StoreError)) return false;
  // What can be sent again has been, but for bodies that are streams.
  if (error.retryable) return to.engine.driver.write.streaming;
  return error.code === 'Corrupt' || error.code === 'Conflict';
}

async function copyOnServer(copying: Copying, source: ObjectInfo, key: string): Promise<Copied> {
  const { from, to, options, rate, ledger, signal } = copying;
  if (options.ifAbsent && (await to.store.exists(key, { signal }))) throw occupied(copying, key);
  if (isOnThisMachine(to)) await rate?.take(source.size ?? 0, signal);
  else if (rate) ledger.warn(UNLIMITED);
  const { storageClass } = options;
  const request = { from: source.key, to: key, storageClass };
  const written = await copyWith(from.engine, { operation: 'copy', signal }, request, source.size);
  const md5 = md5OfEtag(source.etag);
  if (md5 === undefined || md5OfEtag(written.etag) !== md5) {
    const { size } = await lookAt(to, key, signal);
    // What has been replaced since it was listed has another size by right.
    const sizes = [source.size, size === source.size ? size : (await lookAt(from, source.key, signal)).size];
    if (size !== undefined && !sizes.includes(size)) {
      const message = `the copy has ${size} bytes, and the source ${sizes[1]}`;
      const details = { operation: 'copy', key: source.key, provider: to.store.provider, retryable: false };
      throw new StoreError('Conflict', message, details);
    }
  }
  return { from: source.key, to: key, size: source.size, source };
}

async function copyThrough(copying: Copying, source: ObjectInfo, key: string): Promise<Copied> {
  const { from, ledger, budget, rate, partBytes, options, signal } = copying;
  let underway = 0;
  const reading: Reading = {
    engine: from.engine,
    key: source.key,
    partBytes,
    ignoreChecksum: options.ignoreChecksum ?? false,
    withoutMd5: goesInParts(copying, source),
    signal,
    pace: async (bytes) => rate?.take(bytes, signal),
    onBytes: (bytes) => {
      underway += bytes;
      ledger.addUnderway(bytes);
    },
  };
  const { size = Infinity } = source;
  try {
    return await budget.with(size <= partBytes ? size : partBytes * PARTS_HELD, async () => {
      const read = await readObject(reading, source);
      const { attributes, lost } = await attributesOf(copying, read.info, key);
      const written = await write(copying, read, key, attributes);
      const doubt = await check(copying, read, written);
      for (const what of lost) ledger.countLost(what, read.info.key);
      return { from: source.key, to: key, size: read.size(), source: read.info, doubt };
    });
  } finally {
    ledger.addUnderway(-underway);
  }
}

/** The ETag of what is uploaded in parts is no MD5, and a store that takes streams makes its own of just what it is given. */
function goesInParts({ to, partBytes }: Copying, { size = 0 }: ObjectInfo): boolean {
  const { write, multipart } = to.engine.driver;
  return size > partBytes && (write.streaming || multipart !== undefined);
}

function write(
  copying: Copying,
  { body }: ReadObject,
  key: string,
  attributes: PutOptions,
): Promise<WriteResult> {
  const { to, options, signal } = copying;
  const { storageClass, ifAbsent } = options;
  const given: PutOptions = { ...attributes, storageClass, ifAbsent: ifAbsent || undefined, signal };
  return body instanceof Uint8Array ? to.store.put(key, body, given) : writeParts(copying, body, key, given);
}

async function writeParts(
  { to, options, partBytes }: Copying,
  body: AsyncGenerator<Uint8Array, void, undefined>,
  key: string,
  given: PutOptions,
): Promise<WriteResult> {
  let failure: unknown;
  async function* watched(parts: AsyncGenerator<Uint8Array, void, undefined>) {
    try {
      yield* parts;
    } catch (error) {
      failure = error;
      throw error;
    }
  }
  try {
    return await to.store.put(key, watched(body), { ...given, partBytes, resume: options.resume });
  } catch (error) {
    // Not what the target makes of it.
    throw failure ?? error;
  } finally {
    await body.return();
  }
}

interface Attributes {
  readonly attributes: PutOptions;
  /** What the target cannot have, in words. */
  readonly lost: readonly string[];
}

/** @throws StoreError with `strictMetadata`, when something cannot go along */
async function attributesOf(copying: Copying, info: ObjectInfo, key: string): Promise<Attributes> {
  const { options } = copying;
  const { attributes, lost } = carriedFrom(info, copying.to.engine, key);
  const tags = info.tagCount ? await tagsOf(copying, info) : undefined;
  const all = [
    ...lost,
    ...(tags === 'lost' ? [`its tags (this ${copying.to.store.provider} store has none)`] : []),
  ];
  if (options.strictMetadata && all.length > 0) {
    const message = `it cannot be copied with ${all.join(' and ')}`;
    throw new StoreError('InvalidArgument', message, { operation: 'put', key: info.key });
  }
  const time = timeFor(copying.to.engine, info);
  const kept = tags && tags !== 'lost' ? { tags } : {};
  if (!keepsMetadata(copying.to.engine)) return { attributes: { ...time, ...kept }, lost: all };
  const contentType = options.contentType ?? attributes.contentType ?? (mime.lookup(key) || undefined);
  return { attributes: { ...attributes, ...time, contentType, ...kept }, lost: all };
}

async function tagsOf({ from, to, signal }: Copying, info: ObjectInfo): Promise<Tags | 'lost'> {
  if (!to.engine.driver.tags) return 'lost';
  const { key, versionId } = info;
  return from.store.getTags(key, from.engine.driver.versions ? { versionId, signal } : { signal });
}

/** Holds what was written against what was read; what is wrong does not stay. @returns what makes it doubtful */
async function check(copying: Copying, read: ReadObject, written: WriteResult): Promise<string | undefined> {
  const { to, options, signal } = copying;
  const there = options.ignoreChecksum ? undefined : md5OfEtag(written.etag);
  const md5 = there === undefined ? undefined : read.md5();
  const size = read.size();
  let problem: string | undefined;
  if (there === undefined || md5 === undefined) {
    if (written.size === size) return undefined;
    const found = await lookAt(to, written.key, signal);
    if (found.size === undefined || found.size === size) return undefined;
    // Somebody else may have written it since.
    if (found.etag !== written.etag)
      return `the target no longer has what was written there: ${found.size} bytes, and ${size} were written`;
    problem = `it has ${found.size} bytes at the target, and ${size} were read`;
  } else {
    if (there === md5) return undefined;
    problem = `its ETag at the target is ${there}, and what was read has the MD5 ${md5}${NO_MD5_HINT}`;
  }
  await to.store.delete(written.key, onlyThis(to, written));
  const details = { operation: 'put', key: written.key, provider: to.store.provider, retryable: false };
  throw new StoreError('Corrupt', `${problem}; what was written was deleted again`, details);
}

/** What others have written since stays, as far as the store can tell. */
function onlyThis({ engine }: Side, { versionId, etag }: WriteResult): DeleteOptions {
  const { versions, delete: single } = engine.driver;
  if (versions && versionId !== undefined) return { versionId };
  return single.ifMatch ? { ifMatch: etag } : {};
}

async function lookAt({ engine }: Side, key: string, signal: AbortSignal): Promise<ObjectInfo> {
  const purpose = { operation: 'head', signal };
  return withSoundFacts(await engine.request(purpose, (call) => engine.driver.read.head({ key }, call)));
}

function occupied({ to }: Copying, key: string): StoreError {
  const message = 'it is there already at the target';
  return new StoreError('PreconditionFailed', message, {
    operation: 'copy',
    key,
    provider: to.store.provider,
  });
}
