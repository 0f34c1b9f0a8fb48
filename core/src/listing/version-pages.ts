import type { ListVersionsPage, StoreDriver } from '../driver.js';
import { StoreError } from '../errors.js';
import { allWithSoundFacts } from '../facts.js';
import type { VersionInfo } from '../objects.js';
import { EntryOrder } from './entry-order.js';
import { followPages, untrusted, type PagesContext } from './pages.js';

/** The pages of a listing of versions, each checked. @throws StoreError `Unsupported` without `capabilities.versions` */
export function versionPages(
  driver: StoreDriver,
  prefix: string,
  context: PagesContext,
): AsyncGenerator<ListVersionsPage, void, undefined> {
  const listVersionsPage = driver.listVersionsPage?.bind(driver);
  if (!listVersionsPage) {
    throw new StoreError('Unsupported', `this ${driver.provider} store does not support versions`, {
      provider: driver.provider,
      operation: context.operation,
    });
  }
  const { order, maxPageSize } = driver.capabilities.list;
  const entries = new EntryOrder<VersionInfo>(prefix, order === 'utf8', ({ versionId }) => versionId);
  return followPages(
    context,
    async (token, call) => {
      const page = await listVersionsPage({ prefix, token, maxKeys: maxPageSize }, call);
      return { ...page, versions: allWithSoundFacts(page.versions) };
    },
    ({ versions }) => {
      const problem = entries.problem(versions);
      if (problem !== undefined) throw untrusted(context, problem);
    },
    ({ versions }) => versions.length,
  );
}
