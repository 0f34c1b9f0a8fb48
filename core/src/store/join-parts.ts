import {
  StoreError,
  type CompleteUploadRequest,
  type DriverCall,
  type MultipartFacet,
  type WriteResult,
} from '@store/driver';
import { withJoinedEtag } from '@store/driver/extend';
import type { Engine, Purpose } from '@store/engine';

/** The store whose upload it is. */
export interface Joining {
  readonly engine: Engine;
  readonly multipart: MultipartFacet;
  readonly purpose: Purpose;
}

/**
 * Has the service join the parts of an upload. It is asked again where its answer was lost, and then knows the upload no more if
 * it had joined them: the object tells, whose ETag is made from those of its parts on S3 and what is like it.
 *
 * @throws StoreError `Unconfirmed` where the object may have been written, and nothing says so
 */
export async function joinParts(
  { engine, multipart, purpose }: Joining,
  whole: CompleteUploadRequest,
): Promise<WriteResult> {
  const { key, parts } = whole;
  const head = (request: Parameters<typeof engine.driver.read.head>[0]) =>
    engine.request(purpose, (call) => engine.driver.read.head(request, call));
  let asked = 0;
  const complete = (call: DriverCall): Promise<WriteResult> => {
    asked++;
    return multipart.complete(whole, call);
  };
  try {
    return await withJoinedEtag(await engine.request(purpose, complete), parts.length, head);
  } catch (error) {
    if (asked < 2 || !(error instanceof StoreError) || error.code !== 'NotFound') throw error;
    const there = await head({ key }).catch(() => undefined);
    const etag = etagOfParts(parts.map((part) => part.etag));
    if (etag !== undefined && there?.etag === etag) return { key, etag, versionId: there.versionId };
    const message =
      'an answer of the service was lost when it was asked to join the parts, and it knows the upload no more: the object may have been written; look at it';
    const details = { operation: 'put', key, provider: engine.provider, retryable: false, cause: error };
    throw new StoreError('Unconfirmed', message, details);
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html: of the MD5s of the parts, and their number. */
function etagOfParts(etags: readonly string[]): string | undefined {
  const digests = etags.map((etag) => /^"?([0-9a-f]{32})"?$/i.exec(etag)?.[1]);
  if (digests.includes(undefined)) return undefined;
  const { createHash } = process.getBuiltinModule('node:crypto');
  return `"${createHash('md5').update(digests.join(''), 'hex').digest('hex')}-${digests.length}"`;
}
