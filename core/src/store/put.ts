import { Readable } from 'node:stream';
import type { Engine, Purpose } from '@store/engine';
import {
  abortedError,
  holdErrors,
  restate,
  throwIfAborted,
  toStoreError,
  untilAborted,
  type WriteResult,
} from '@store/driver';
import type { ObjectBody, PutOptions } from '../object-store.js';
import { counted, normaliseBody, sizeOfBody } from './body.js';
import { OpenObject } from './stored-object.js';

/** Writes a body in the way that it and the store allow: whole, as a stream, or in parts. */
export async function putObject(
  engine: Engine,
  key: string,
  body: ObjectBody,
  { signal, partBytes, resume, onProgress, ...attributes }: PutOptions,
): Promise<WriteResult> {
  const { write, multipart } = engine.driver;
  const purpose: Purpose = { operation: 'put', signal };
  const total = sizeOfBody(body);
  let bytes = 0;
  const onSent = (more: number): void => onProgress?.({ bytes: (bytes += more), total });
  const putWhole = async (body: Uint8Array): Promise<WriteResult> => {
    const written = await engine.request(purpose, (call) => write.put({ key, ...attributes, body }, call));
    onSent(body.length);
    return written;
  };
  let content = normaliseBody(body);
  if (content instanceof Uint8Array) {
    if (!multipart || content.length <= (partBytes ?? multipart.maxPartBytes)) return await putWhole(content);
    content = Readable.from([content], { objectMode: false });
  }
  holdErrors(content);
  const request = { key, ...attributes, body: content };
  try {
    if (write.streaming) {
      // A stream can be read once, so there is no second attempt.
      throwIfAborted(signal, 'put');
      const body = Readable.from(ofCaller(content, key, signal), { highWaterMark: 1 });
      const sent = onProgress ? counted(body, onSent) : body;
      const written = await write.put({ ...request, body: sent }, { signal });
      if (bytes === 0) onSent(0);
      return written;
    }
    if (multipart) {
      const { putInParts } = await import('./put-in-parts.js');
      return await putInParts(request, { engine, multipart, purpose, onSent, partBytes, total, resume });
    }
    const pieces = Readable.from(untilAborted<Uint8Array>(content, signal, 'put'), { objectMode: false });
    return await putWhole(await new OpenObject({ info: { key }, body: pieces }, engine.provider).bytes());
  } catch (error) {
    if (signal?.aborted) throw abortedError(signal, 'put');
    const failure = toStoreError(error, { operation: 'put', key, provider: engine.provider });
    throw failure.key === undefined ? restate(failure, { key }) : failure;
  } finally {
    content.destroy();
  }
}

/**
 * What the caller's stream has. Its failure is told as its own: a store of files would take a file that is not there for one of its
 * objects. It ends when the signal fires, or a stream that stalls would keep whoever reads it, and the file that is open for it.
 */
async function* ofCaller(body: Readable, key: string, signal: AbortSignal | undefined): AsyncGenerator {
  try {
    yield* untilAborted<unknown>(body, signal, 'put');
  } catch (error) {
    throw toStoreError(error, { operation: 'put', key });
  }
}
