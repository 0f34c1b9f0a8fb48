import { StoreError, type ObjectInfo } from '@store/driver';
import { fromBinary } from './binary.js';
import { errnoOf } from './errors.js';
import { footerAt, listedInfo } from './object-file.js';
import type { FileCalls } from './file-calls.js';
import type { FoundFile } from './walk.js';

/** Files that are there and cannot be opened. */
const UNREADABLE = new Set(['EACCES', 'EPERM', 'ELOOP', 'EIO']);

/**
 * Undefined when the object has gone meanwhile. What cannot be read, or is damaged, is listed too, so that it can be
 * deleted; its size is not known.
 */
export async function describe(
  calls: FileCalls,
  { key: binary, path }: FoundFile,
): Promise<ObjectInfo | undefined> {
  const key = fromBinary(binary);
  try {
    try {
      return listedInfo(await footerAt(calls, path, key, 'list'));
    } catch (error) {
      if (!(error instanceof StoreError) && !UNREADABLE.has(errnoOf(error) ?? '')) throw error;
      const found = await calls.lookAt(path);
      return found && { key, lastModified: found.mtime };
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
