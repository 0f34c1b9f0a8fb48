import type { Readable } from 'node:stream';
import type { Engine, Purpose } from '@store/engine';
import {
  holdErrors,
  metadataOf,
  restating,
  StoreError,
  toStoreError,
  withSoundFacts,
  type ObjectInfo,
  type WriteResult,
  type GetResult,
} from '@store/driver';
import type { CopyToOptions, ObjectStore } from '../object-store.js';
import { checkCopy } from './check-copy.js';
import { partSizes } from './part-sizes.js';

/** Copies an object into another store, through this process. */
export async function copyToStore(
  engine: Engine,
  from: string,
  target: ObjectStore,
  to: string,
  { signal, versionId, storageClass, encryption, partBytes, onProgress }: CopyToOptions,
): Promise<WriteResult> {
  const { driver } = engine;
  const purpose: Purpose = { operation: 'copyTo', signal };
  const open: Open = async (more) => {
    const opened = await engine.request(purpose, (call) =>
      driver.read.get({ key: from, versionId, ...more }, call),
    );
    // The signal may fire before it is read.
    holdErrors(opened.body);
    return opened;
  };
  const { multipart, tags: takesTags, versions: hasVersions, metadata: keeps } = target.capabilities;
  const { info: said, body } = await open().catch(restating('copyTo'));
  try {
    const info = withSoundFacts(said);
    const seen = { key: from, versionId: versionId ?? (driver.versions && info.versionId) };
    const tagged = takesTags ? driver.tags : undefined;
    const tags = tagged && (await engine.request(purpose, (call) => tagged.get(seen, call)));
    const { size } = info;
    const written = await target.put(to, wholeBody(body, info, open), {
      ...(keeps ? metadataOf(info) : {}),
      ...(tags && Object.keys(tags).length > 0 ? { tags } : {}),
      storageClass,
      encryption,
      partBytes: multipart ? partSizes(multipart, partBytes, size)(1) : partBytes,
      onProgress: onProgress && (({ bytes }) => onProgress({ bytes, total: size })),
      signal,
    });
    const found = await target.head(to, { versionId: hasVersions ? written.versionId : undefined, signal });
    checkCopy(info, written, found, 'copyTo');
    return written;
  } finally {
    body.destroy();
  }
}

/** Begins to read the object again. */
type Open = (more?: {
  readonly ifMatch?: string;
  readonly range?: { readonly start: number };
}) => Promise<GetResult>;

/** All bytes of one state of an object. What breaks off is gone on with while it is the same object. */
async function* wholeBody(
  first: Readable,
  { key, size, etag }: ObjectInfo,
  open: Open,
): AsyncGenerator<Uint8Array> {
  let body = first;
  let bytes = 0;
  for (;;) {
    const begun = bytes;
    try {
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
        yield chunk;
      }
      break;
    } catch (thrown) {
      const error = toStoreError(thrown, { operation: 'get', key });
      // Without another byte there is no end to it.
      if (!error.retryable || etag === undefined || bytes === begun) throw error;
    } finally {
      body.destroy();
    }
    if (bytes === size) break;
    ({ body } = await open({ ifMatch: etag, range: { start: bytes } }));
  }
  if (size === undefined || bytes === size) return;
  const message = `${bytes} bytes came, and the object has ${size}`;
  throw new StoreError('Corrupt', message, { operation: 'copyTo', key });
}
