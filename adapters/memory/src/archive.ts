import { StoreError, type RestoreState } from '@store/driver';
import type { StoredVersion } from './version-history.js';

/** Classes, as S3 and OSS call them, whose objects have to be restored before they can be read. */
const ARCHIVED = new Set(['GLACIER', 'DEEP_ARCHIVE', 'Archive', 'ColdArchive', 'DeepColdArchive']);

const DAY_MS = 86_400_000;

function isArchived({ storageClass }: StoredVersion): boolean {
  return storageClass !== undefined && ARCHIVED.has(storageClass);
}

/** How far an archived version is on its way back; undefined when nobody asked for it, or the copy has expired. */
export function restoreState({ restored }: StoredVersion): RestoreState | undefined {
  if (!restored || restored.until <= Date.now()) return undefined;
  return restored.from > Date.now() ? { ongoing: true } : { ongoing: false, until: new Date(restored.until) };
}

/** @throws StoreError `PreconditionFailed` when the version is archived and not restored */
export function checkReadable(version: StoredVersion, key: string, operation: string): void {
  if (!isArchived(version) || restoreState(version)?.ongoing === false) return;
  const message = 'the object is archived: it has to be restored before it can be read';
  throw archiveError('PreconditionFailed', message, key, { operation, providerCode: 'InvalidObjectState' });
}

/**
 * @param delayMs until the copy can be read
 * @throws StoreError `PreconditionFailed` when the version is not archived, `Conflict` when it is on its way
 */
export function restoreVersion(version: StoredVersion, key: string, days: number, delayMs: number): void {
  const operation = 'restore';
  if (!isArchived(version)) {
    const message = 'the object is not archived';
    throw archiveError('PreconditionFailed', message, key, { operation, providerCode: 'InvalidObjectState' });
  }
  if (restoreState(version)?.ongoing) {
    const details = { operation, providerCode: 'RestoreAlreadyInProgress' };
    throw archiveError('Conflict', 'the object is being restored already', key, details);
  }
  const from = Date.now() + delayMs;
  version.restored = { from, until: from + days * DAY_MS };
}

function archiveError(
  code: 'PreconditionFailed' | 'Conflict',
  message: string,
  key: string,
  details: { readonly operation: string; readonly providerCode: string },
): StoreError {
  return new StoreError(code, message, { provider: 'memory', key, ...details });
}
