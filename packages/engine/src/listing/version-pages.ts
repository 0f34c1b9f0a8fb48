import { allWithSoundFacts, type ListVersionsPage, type VersionInfo } from '@store/driver';
import type { Engine, Purpose } from '../engine.js';
import { EntryOrder } from './entry-order.js';

/**
 * The pages of a listing of versions, each checked.
 *
 * @param startAfter begin behind all versions of this key; where keys are in order
 * @throws StoreError `Unsupported` where there are none
 */
export function versionPages(
  engine: Engine,
  prefix: string,
  purpose: Purpose,
  startAfter?: string,
): AsyncGenerator<ListVersionsPage, void, undefined> {
  const { versions, list } = engine.driver;
  if (!versions) throw engine.unsupported(purpose.operation, 'versions');
  const entries = new EntryOrder<VersionInfo>(
    engine,
    prefix,
    purpose,
    ({ versionId }) => versionId,
    startAfter,
  );
  return engine.pages(
    purpose,
    async (token, call) => {
      const way = token === undefined ? { startAfter } : { token };
      const page = await versions.page({ prefix, maxKeys: list.maxPageSize, ...way }, call);
      return { ...page, versions: allWithSoundFacts(page.versions) };
    },
    { check: (page) => entries.take(page.versions), size: (page) => page.versions.length },
  );
}
