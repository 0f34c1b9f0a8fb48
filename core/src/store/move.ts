import type { Engine, Purpose } from '@store/engine';
import { restating, StoreError, withSoundFacts, type ObjectInfo, type WriteResult } from '@store/driver';
import type { MoveOptions } from '../object-store.js';
import { checkCopy } from './check-copy.js';
import { copyWith } from './copy.js';

/** Copies an object, looks at the copy, and deletes what was copied: nothing that was written in between. */
export async function moveObject(
  engine: Engine,
  from: string,
  to: string,
  { signal, timeoutMs: _, ...attributes }: MoveOptions,
): Promise<WriteResult> {
  const purpose: Purpose = { operation: 'move', signal };
  const { read, versions, delete: single } = engine.driver;
  const look = async (key: string, versionId?: string): Promise<ObjectInfo> =>
    withSoundFacts(await engine.request(purpose, (call) => read.head({ key, versionId }, call)));
  const source = await look(from).catch(restating('move'));
  const request = { from, fromVersionId: versions && source.versionId, to, ...attributes };
  const written = await copyWith(engine, purpose, request, source.size);
  checkCopy(source, written, await look(to, versions && written.versionId), 'move');
  const changed = (cause?: unknown): StoreError =>
    new StoreError('PreconditionFailed', 'it was written since it was copied: both objects stay', {
      operation: 'move',
      key: from,
      cause,
    });
  const ifMatch = single.ifMatch === false ? undefined : source.etag;
  // Where no delete has a condition, another look is all that there is.
  if (ifMatch === undefined && !isSame(source, await look(from))) throw changed();
  try {
    await engine.request(purpose, (call) => single.one({ key: from, ifMatch }, call));
  } catch (error) {
    const code = error instanceof StoreError ? error.code : undefined;
    // Gone already: by somebody else, or by this delete, whose answer was lost.
    if (code !== 'NotFound') throw code === 'PreconditionFailed' ? changed(error) : error;
  }
  return written;
}

function isSame(a: ObjectInfo, b: ObjectInfo): boolean {
  return (
    a.etag === b.etag &&
    a.versionId === b.versionId &&
    a.size === b.size &&
    a.lastModified?.getTime() === b.lastModified?.getTime()
  );
}
