import type { Engine, Purpose } from '@store/engine';
import { restating, soundSize, type WriteResult, type CopyRequest } from '@store/driver';
import type { CopyOptions } from '../object-store.js';
import { copyParts } from './copy-parts.js';

/** Copies an object in one request, or by parts where it is too large for one. */
export async function copyObject(
  engine: Engine,
  from: string,
  to: string,
  { signal, versionId, storageClass, encryption }: CopyOptions,
): Promise<WriteResult> {
  return copyWith(
    engine,
    { operation: 'copy', signal },
    { from, fromVersionId: versionId, to, storageClass, encryption },
  );
}

/** The same, for others. @param known bytes of the object, where the caller knows them: one that is small is not looked at */
export async function copyWith(
  engine: Engine,
  purpose: Purpose,
  request: CopyRequest,
  known?: number,
): Promise<WriteResult> {
  const { read, write, multipart } = engine.driver;
  const { from, fromVersionId: versionId } = request;
  if (multipart?.maxCopyBytes !== undefined && (known === undefined || known > multipart.maxCopyBytes)) {
    const info = await engine
      .request(purpose, (call) => read.head({ key: from, versionId }, call))
      .catch(restating('copy'));
    const size = soundSize(info.size);
    if (size !== undefined && size > multipart.maxCopyBytes)
      return copyParts({ engine, multipart, purpose }, request, { ...info, size });
  }
  return engine.request(purpose, (call) => write.copy(request, call));
}
