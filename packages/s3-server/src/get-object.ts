import { Readable } from 'node:stream';
import { StoreError, type GetRequest, type ReadInfo, type ReadRequest } from '@store/driver';
import { versionOf } from './bucket.js';
import { readRange, withinSize, type ByteRange } from './byte-range.js';
import type { Answer } from './http/answer.js';
import { ServiceError } from './http/service-error.js';
import { headersOfChecksums, infoHeaders, wishedHeaders } from './object-headers.js';
import type { Call } from './operation.js';
import { deleteMarkerAt } from './delete-marker.js';
import {
  checkConditions,
  conditionHeaders,
  holdsForRange,
  notModified,
  simpleConditions,
  type ConditionHeaders,
} from './read-conditions.js';
import { recordHeaders } from './joined-checksums.js';
import { partNumberOf } from './part-number.js';

/** How often an object is looked at that is overwritten before it is read. */
const MAX_LOOKS = 3;

/** What a read asks for. */
interface Reading {
  readonly target: ReadRequest;
  readonly given: ConditionHeaders;
  /** The same, where a store can be asked. */
  readonly simple: Pick<ReadRequest, 'ifMatch' | 'ifNoneMatch'> | undefined;
  readonly range: ByteRange | undefined;
  readonly ifRange: string | undefined;
  readonly partNumber: number | undefined;
  /** It wants to know the checksums. */
  readonly checksums: boolean;
  readonly wished: Readonly<Record<string, string>>;
}

/** GET and HEAD: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
export async function getObject(call: Call): Promise<Answer> {
  const reading = readingOf(call);
  try {
    if (call.request.method === 'HEAD') return await headObject(call, reading);
    return (await readAtOnce(call, reading)) ?? (await readAfterLook(call, reading));
  } catch (error) {
    if (error instanceof StoreError && error.code === 'NotFound')
      throw (await deleteMarkerAt(call, reading.target.versionId)) ?? error;
    const unchanged =
      error instanceof StoreError && error.code === 'PreconditionFailed' && error.status === 304;
    // A store says no more; the one ETag that was asked about is the object's.
    throw unchanged ? notModified({ etag: reading.simple?.ifNoneMatch }) : error;
  }
}

function readingOf({ bucket, key, request }: Call): Reading {
  const { headers, query } = request;
  const given = conditionHeaders(headers);
  const range = readRange(headers.get('range'));
  const asked = request.query.get('partNumber');
  const partNumber = asked === undefined ? undefined : partNumberOf(asked);
  if (partNumber !== undefined && headers.has('range')) {
    throw new ServiceError(
      400,
      'InvalidRequest',
      'Cannot specify both Range header and partNumber query parameter',
    );
  }
  const checksums = headers.get('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  const record = bucket.objects.write.records === true && (checksums || partNumber !== undefined);
  return {
    target: { key, versionId: versionOf(bucket, query.get('versionId')), ...(record ? { record } : {}) },
    given,
    simple: simpleConditions(given),
    range,
    ifRange: range && headers.get('if-range'),
    partNumber,
    checksums,
    wished: wishedHeaders(query),
  };
}

async function headObject({ bucket, signal }: Call, reading: Reading): Promise<Answer> {
  const { target, simple, given } = reading;
  const info = await bucket.objects.read.head({ ...target, ...simple }, { signal });
  if (!simple) checkConditions(given, info);
  return answerOf(info, reading);
}

/** By one request to the store, where that can be. */
async function readAtOnce({ bucket, signal }: Call, reading: Reading): Promise<Answer | undefined> {
  const { target, simple, range, ifRange, partNumber } = reading;
  // Where a part begins, the object itself says.
  if (!simple || ifRange !== undefined || partNumber !== undefined) return undefined;
  const asked = range && askable(range);
  if (range && !asked) return undefined;
  try {
    const { info, body } = await bucket.objects.read.get({ ...target, ...simple, range: asked }, { signal });
    if (range && info.size === undefined) {
      body.destroy();
      return undefined;
    }
    return ended(body, () => answerOf(info, reading, body));
  } catch (error) {
    // Beyond the end of the object: its size has to be told.
    if (range && error instanceof StoreError && error.code === 'InvalidArgument') return undefined;
    throw error;
  }
}

/** @returns undefined for a range that depends on the size, or that no store could be asked for */
function askable({ start, end, last }: ByteRange): GetRequest['range'] {
  if (start === undefined || last !== undefined || !Number.isSafeInteger(start)) return undefined;
  return { start, end: end !== undefined && Number.isSafeInteger(end) ? end : undefined };
}

/** Looks at the object, and reads what was seen. An object that is overwritten in between is looked at again. */
async function readAfterLook({ bucket, signal }: Call, reading: Reading): Promise<Answer> {
  const { target, simple, given } = reading;
  const { read, versions } = bucket.objects;
  for (let look = 1; look <= MAX_LOOKS; look++) {
    const seen = await read.head({ ...target, ...simple }, { signal });
    if (!simple) checkConditions(given, seen);
    const range = rangeWithin(seen, reading);
    const versionId = target.versionId ?? (versions && seen.versionId);
    try {
      const { body } = await read.get({ ...target, versionId, ifMatch: seen.etag, range }, { signal });
      return ended(body, () => answerOf(seen, reading, body));
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const gone = error.code === 'NotFound' && versionId !== target.versionId;
      if (error.code !== 'PreconditionFailed' && !gone) throw error;
    }
  }
  // It never stays for as long as two requests take; one is enough for the whole of it.
  const { info, body } = await read.get(target, { signal });
  return ended(body, () => {
    checkConditions(given, info);
    const range = rangeWithin(info, reading);
    return answerOf(info, reading, range ? cut(body, range) : body);
  });
}

function rangeWithin(
  info: ReadInfo,
  { range, ifRange, partNumber }: Reading,
): { start: number; end: number } | undefined {
  if (partNumber !== undefined) return partOf(info, partNumber).range;
  if (!range || info.size === undefined) return undefined;
  if (ifRange !== undefined && !holdsForRange(ifRange, info)) return undefined;
  return withinSize(range, info.size);
}

/** @throws ServiceError when the object has no such range, or no such part */
function answerOf(info: ReadInfo, reading: Reading, body?: Readable): Answer {
  const { size } = info;
  const range = rangeWithin(info, reading);
  const headers = { ...infoHeaders(info), ...reading.wished, ...recordedHeaders(info, reading) };
  if (!range) {
    const length = size === undefined ? {} : { 'content-length': String(size) };
    return { status: 200, headers: { ...headers, ...length }, body };
  }
  const { start, end } = range;
  return {
    status: 206,
    headers: {
      ...headers,
      'content-range': `bytes ${start}-${end}/${size}`,
      'content-length': String(end - start + 1),
    },
    body,
  };
}

/** Checksums, to who asks for them, of all that is sent; and how many parts there are, to who asks for one. */
function recordedHeaders(info: ReadInfo, { range, partNumber, checksums }: Reading): Record<string, string> {
  const { record } = info;
  if (partNumber !== undefined) {
    const { parts, checksums: sums = {} } = partOf(info, partNumber);
    const [first] = record?.checksums ?? [];
    return {
      ...(checksums ? headersOfChecksums(sums) : {}),
      // Of the object: that of a part is always of all its bytes.
      ...(checksums && first ? { 'x-amz-checksum-type': first.type } : {}),
      ...(parts === undefined ? {} : { 'x-amz-mp-parts-count': String(parts) }),
    };
  }
  return checksums && record && !range ? recordHeaders(record) : {};
}

interface Part {
  /** Undefined for one without bytes. */
  readonly range: { readonly start: number; readonly end: number } | undefined;
  /** How many there are, where the object came in parts. */
  readonly parts: number | undefined;
  readonly checksums?: Readonly<Record<string, string>>;
}

/**
 * An object that was written at once is its own first part. Where the parts of others end is known of those that were joined
 * here, in a store that keeps it.
 *
 * @throws ServiceError `InvalidPartNumber`; `NotImplemented` where nobody knows
 */
function partOf({ etag, size, record }: ReadInfo, partNumber: number): Part {
  const parts = record?.parts;
  if (parts) {
    const part = parts[partNumber - 1];
    if (!part) throw noSuchPart();
    const start = parts.slice(0, partNumber - 1).reduce((sum, one) => sum + one.size, 0);
    const range = part.size > 0 ? { start, end: start + part.size - 1 } : undefined;
    return { range, parts: parts.length, checksums: part.checksums };
  }
  const joined = /-(\d{1,5})"$/.exec(etag ?? '')?.[1];
  if (joined !== undefined && joined !== '1') {
    throw new ServiceError(
      501,
      'NotImplemented',
      'The parameter partNumber is not implemented for objects of several parts that were not joined here.',
      { Parameter: 'partNumber' },
    );
  }
  if (partNumber > 1) throw noSuchPart();
  const range = size ? { start: 0, end: size - 1 } : undefined;
  const checksums = Object.fromEntries(record?.checksums.map((one) => [one.algorithm, one.value]) ?? []);
  return { range, parts: joined === undefined ? undefined : 1, checksums };
}

function noSuchPart(): ServiceError {
  return new ServiceError(416, 'InvalidPartNumber', 'The requested partnumber is not satisfiable');
}

/** What is made of a body; one that is not sent is given up. */
function ended(body: Readable, make: () => Answer): Answer {
  try {
    return make();
  } catch (error) {
    body.destroy();
    throw error;
  }
}

function cut(body: Readable, range: { readonly start: number; readonly end: number }): Readable {
  const part = Readable.from(bytesWithin(body, range), { objectMode: false });
  part.once('close', () => body.destroy());
  return part;
}

async function* bytesWithin(
  body: AsyncIterable<Buffer>,
  { start, end }: { readonly start: number; readonly end: number },
): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of body) {
    const piece = chunk.subarray(Math.max(0, start - at), Math.max(0, end + 1 - at));
    if (piece.length > 0) yield piece;
    at += chunk.length;
    if (at > end) return;
  }
}
