import type { DeleteTarget } from '@store/driver';

/**
 * Reads version ids in the answer to a batch delete. Some services name the version `null` (or an empty one) for an
 * object that was to be deleted without one; where only that was asked, it is what the answer is about.
 */
export function versionReader(
  asked: readonly DeleteTarget[],
): (key: string, said: string | null | undefined) => string | undefined {
  const plain = new Set<string>();
  const named = new Set<string>();
  for (const { key, versionId } of asked) {
    if (versionId === undefined) plain.add(key);
    else if (versionId === 'null') named.add(key);
  }
  return (key, said) => {
    if (!said) return undefined;
    return said === 'null' && plain.has(key) && !named.has(key) ? undefined : said;
  };
}
