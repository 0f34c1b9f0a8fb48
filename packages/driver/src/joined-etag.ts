import type { ReadFacet } from './driver.js';
import type { WriteResult } from './objects.js';

/**
 * An object that was joined from parts, with its ETag also where the service's answer has none, as Ceph's first answer to
 * CompleteMultipartUpload (measured with 16.2): the object is asked for it. What somebody else wrote in between is not taken
 * for it, as far as its number of parts tells; and that it cannot be asked does not make a failure of what was written.
 */
export async function withJoinedEtag(
  written: WriteResult,
  parts: number,
  head: (request: Parameters<ReadFacet['head']>[0]) => ReturnType<ReadFacet['head']>,
): Promise<WriteResult> {
  if (written.etag !== undefined) return written;
  const { key, versionId } = written;
  const { etag } = await head({ key, versionId }).catch(() => ({ etag: undefined }));
  return etag?.endsWith(`-${parts}"`) ? { ...written, etag } : written;
}
