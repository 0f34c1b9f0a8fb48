import { StoreError } from '@store/driver';
import { need } from './bucket.js';
import { ServiceError } from './http/service-error.js';
import type { Call } from './operation.js';
import { MAX_PARTS } from './part-number.js';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MIN_PART_BYTES = 5 * 1024 * 1024;

/** A part as the end of an upload lists it. */
export interface ListedPart {
  readonly partNumber: number;
  readonly etag: string;
  /** Bytes; undefined where nobody here has seen them come. */
  readonly size: number | undefined;
}

/**
 * The size of all parts is the one that was said, and all but the last are large enough. The store is asked for what was not seen
 * here; parts that are not there are the store's to refuse.
 *
 * @throws ServiceError `InvalidRequest`, `EntityTooSmall`
 */
export async function checkSizes(call: Call, uploadId: string, listed: readonly ListedPart[]): Promise<void> {
  const { bucket, request, quirks } = call;
  const minBytes = quirks.minPartBytes ?? MIN_PART_BYTES;
  const expected = request.headers.get('x-amz-mp-object-size');
  // One part alone is the last one.
  if (expected === undefined && (minBytes === 0 || listed.length === 1)) return;
  const unseen = listed.some(({ size }) => size === undefined);
  // A store that wants no less looks at that itself.
  const asked = unseen && (expected !== undefined || need(bucket.objects.multipart).minPartBytes < minBytes);
  const parts = asked ? await sized(call, uploadId, listed) : listed;
  if (expected !== undefined) checkTotal(parts, expected);
  const small = parts.slice(0, -1).find(({ size = Infinity }) => size < minBytes);
  if (!small) return;
  const message = `Your proposed upload is smaller than the minimum allowed size: part ${small.partNumber} has ${small.size} bytes, and every part but the last needs ${minBytes} or more.`;
  throw new ServiceError(400, 'EntityTooSmall', message, {
    ProposedSize: String(small.size),
    MinSizeAllowed: String(minBytes),
    PartNumber: String(small.partNumber),
    ETag: small.etag.replaceAll('"', ''),
  });
}

function checkTotal(parts: readonly ListedPart[], expected: string): void {
  const total = parts.reduce((sum, { size = 0 }) => sum + size, 0);
  if (expected === String(total)) return;
  throw new ServiceError(
    400,
    'InvalidRequest',
    `The provided 'x-amz-mp-object-size' header value ${expected} does not match what was computed: ${total}`,
  );
}

/**
 * The store has every part with the ETag that is listed. For who cannot leave that to the store, since he has to refuse the request for
 * something else then.
 *
 * @throws ServiceError `InvalidPart`
 */
export async function checkPresent(
  call: Call,
  uploadId: string,
  listed: readonly Omit<ListedPart, 'size'>[],
): Promise<void> {
  const sizes = await sizesOf(call, uploadId);
  const missing = listed.find(({ partNumber, etag }) => !sizes.has(nameOf(partNumber, etag)));
  if (!missing) return;
  throw new ServiceError(
    400,
    'InvalidPart',
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    { UploadId: uploadId, PartNumber: String(missing.partNumber), ETag: missing.etag.replaceAll('"', '') },
  );
}

/** With the sizes that the store tells. */
async function sized(
  call: Call,
  uploadId: string,
  listed: readonly ListedPart[],
): Promise<readonly ListedPart[]> {
  const sizes = await sizesOf(call, uploadId);
  return listed.map((part) => ({
    ...part,
    size: part.size ?? sizes.get(nameOf(part.partNumber, part.etag)),
  }));
}

/** Of all parts that the store has, by number and ETag. */
async function sizesOf(
  { bucket, key, signal }: Call,
  uploadId: string,
): Promise<ReadonlyMap<string, number>> {
  const list = need(bucket.objects.multipart).parts;
  const sizes = new Map<string, number>();
  let token: string | undefined;
  do {
    const page = await list({ key, uploadId, maxParts: MAX_PARTS, token }, { signal });
    for (const { partNumber, size, etag } of page.parts) sizes.set(nameOf(partNumber, etag), size);
    if (
      page.truncated &&
      (page.nextToken === undefined || page.nextToken === token || sizes.size > MAX_PARTS)
    )
      throw new StoreError('Corrupt', 'the listing of the parts does not come to an end', {
        operation: 'put',
        key,
      });
    token = page.truncated ? page.nextToken : undefined;
  } while (token !== undefined);
  return sizes;
}

/** Another ETag is another part. */
function nameOf(partNumber: number, etag: string): string {
  return `${partNumber} ${etag.replaceAll('"', '').toLowerCase()}`;
}
