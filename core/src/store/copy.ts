import type { Engine, Purpose } from '../engine/engine.js';
import { restate, StoreError } from '../errors.js';
import { soundSize } from '../facts.js';
import type { CopyOptions } from '../object-store.js';
import type { WriteResult } from '../objects.js';
import { copyParts } from './copy-parts.js';

/** Copies an object in one request, or by parts where it is too large for one. */
export async function copyObject(
  engine: Engine,
  from: string,
  to: string,
  { signal, versionId, storageClass }: CopyOptions,
): Promise<WriteResult> {
  const { read, write, multipart } = engine.driver;
  const purpose: Purpose = { operation: 'copy', signal };
  const request = { from, fromVersionId: versionId, to, storageClass };
  if (multipart?.maxCopyBytes !== undefined) {
    const info = await engine
      .request(purpose, (call) => read.head({ key: from, versionId }, call))
      .catch((error: unknown) => {
        throw error instanceof StoreError ? restate(error, { operation: 'copy' }) : error;
      });
    const size = soundSize(info.size);
    if (size !== undefined && size > multipart.maxCopyBytes)
      return copyParts({ engine, multipart, purpose }, request, { ...info, size });
  }
  return engine.request(purpose, (call) => write.copy(request, call));
}
