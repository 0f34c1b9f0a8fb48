import type { Readable } from 'node:stream';
import type { WriteResult, PutRequest } from '@store/driver';
import type { PutOptions } from '../object-store.js';
import { partSizes } from './part-sizes.js';
import { findResumption } from './resumption.js';
import { putStream, type Uploading } from './upload.js';

interface InParts extends Uploading, Pick<PutOptions, 'partBytes' | 'resume'> {
  /** Of the body, in bytes, where it is known. */
  readonly total: number | undefined;
}

/** Writes a body in as many parts as it needs, and goes on with an upload that has been begun where that is wanted. */
export function putInParts(
  request: PutRequest & { readonly body: Readable },
  { partBytes, resume, total, ...uploading }: InParts,
): Promise<WriteResult> {
  const { engine, multipart, purpose } = uploading;
  const findUpload = resume ? () => findResumption(engine, request.key, purpose) : undefined;
  return putStream(uploading, request, partSizes(multipart, partBytes, total), findUpload);
}
