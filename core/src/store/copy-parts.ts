import { metadataOf, StoreError, type CopyRequest, type ObjectInfo, type WriteResult } from '@store/driver';
import { uploadParts, type Part, type Uploading } from './upload.js';

/** Size of a part that is copied, in bytes: none of it passes through here, so fewer and larger ones are better. */
const PART_BYTES = 512 * 1024 * 1024;

/**
 * Copies an object by parts, with its metadata and tags, which copies in one request bring by themselves. Every part is
 * bound to the ETag that was seen at the beginning.
 */
export async function copyParts(
  uploading: Uploading,
  request: CopyRequest,
  info: ObjectInfo & { readonly size: number },
): Promise<WriteResult> {
  const { engine, multipart, purpose } = uploading;
  const { from, to, storageClass, encryption } = request;
  const fromVersionId = request.fromVersionId ?? info.versionId;
  const tagged = engine.driver.tags;
  const tags =
    tagged &&
    (await engine.request(purpose, (call) => tagged.get({ key: from, versionId: fromVersionId }, call)));
  const { size, etag } = info;
  const partBytes = Math.min(
    Math.max(PART_BYTES, multipart.minPartBytes, Math.ceil(size / multipart.maxParts)),
    multipart.maxPartBytes,
    multipart.maxCopyBytes ?? Infinity,
  );
  if (size > partBytes * multipart.maxParts) {
    const message = `there is no copy by ${multipart.maxParts} parts of ${size} bytes, which no object has`;
    throw new StoreError('InvalidArgument', message, {
      provider: engine.provider,
      operation: 'copy',
      key: from,
    });
  }
  function* parts(): Generator<Part> {
    for (let start = 0; start < size; start += partBytes) {
      const range = { start, end: Math.min(start + partBytes, size) - 1 };
      yield {
        bytes: 0,
        send: (uploadId, partNumber, call) =>
          multipart.copyPart(
            { key: to, uploadId, partNumber, from, fromVersionId, range, ifMatch: etag },
            call,
          ),
      };
    }
  }
  const created = {
    key: to,
    ...metadataOf(info),
    storageClass,
    encryption,
    ...(hasAny(tags) ? { tags } : {}),
  };
  return uploadParts(uploading, { created, parts: parts() });
}

function hasAny(tags: Readonly<Record<string, string>> | undefined): boolean {
  return tags !== undefined && Object.keys(tags).length > 0;
}
