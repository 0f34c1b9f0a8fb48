import { StoreError, type DeletePrefixOptions, type ObjectStore } from '@store/core';

/** How long it may take to find out, in milliseconds: the run itself tells, too, in the end. */
const PATIENCE_MS = 5_000;

/** What is said before objects are deleted that only disappear from sight. */
export const ONLY_HIDES =
  'the bucket is versioned: this only hides objects behind delete markers, and frees nothing; --versions all deletes ' +
  'versions and markers for good';

/**
 * Whether deletes of current objects put markers on top of versions that stay: services tell the version of an object in
 * buckets that have such. False where nobody can tell.
 *
 * @param key of one of the objects
 */
export async function hidesOnly(
  store: ObjectStore,
  key: string | undefined,
  { versions = 'current', signal }: Pick<DeletePrefixOptions, 'versions' | 'signal'>,
): Promise<boolean> {
  if (key === undefined || versions !== 'current' || !store.capabilities.versions) return false;
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    const { versionId } = await store.head(key, {
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
    return versionId !== undefined;
  } catch (error) {
    // Perhaps it may be deleted and not looked at, or is gone.
    if (error instanceof StoreError) return false;
    throw error;
  }
}
