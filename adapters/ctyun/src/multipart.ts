import type { MultipartFacet } from '@store/driver';
import type { DataPlane } from './data-plane.js';

const MIB = 1024 * 1024;

/** @param abort of the OpenAPI; all else moves bytes */
export function multipartFacet(data: DataPlane, abort: MultipartFacet['abort']): MultipartFacet {
  return {
    minPartBytes: 5 * MIB,
    maxPartBytes: 5 * 1024 * MIB,
    maxParts: 10_000,
    // Of RADOS Gateway; the limit of copy-object is not documented.
    maxCopyBytes: 5 * 1024 * MIB,
    create: (request, call) => data.use('put', request.key, call, (s3) => s3.multipart.create(request, call)),
    part: (request, call) => data.use('put', request.key, call, (s3) => s3.multipart.part(request, call)),
    keptPart: (request, call) =>
      data.use('put', request.key, call, (s3) => s3.multipart.keptPart(request, call)),
    copyPart: (request, call) =>
      data.use('copy', request.from, call, (s3) => s3.multipart.copyPart(request, call)),
    parts: (request, call) => data.use('put', request.key, call, (s3) => s3.multipart.parts(request, call)),
    complete: (request, call) =>
      data.use('put', request.key, call, (s3) => s3.multipart.complete(request, call)),
    abort,
  };
}
