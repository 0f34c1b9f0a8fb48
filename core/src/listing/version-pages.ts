import type { ListVersionsPage, StoreDriver } from '../driver.js';
import { StoreError } from '../errors.js';
import { quoteKey } from '../keys.js';
import { followPages, type PagesContext } from './pages.js';

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
  let before: string | undefined;
  return followPages(
    context,
    (token, call) => listVersionsPage({ prefix, token, maxKeys: driver.capabilities.list.maxPageSize }, call),
    ({ versions }) => {
      const foreign = versions.find(({ key }) => !key.startsWith(prefix));
      const [first] = versions;
      const begins = first && JSON.stringify([first.key, first.versionId]);
      if (foreign === undefined && (begins === undefined || begins !== before)) {
        before = begins;
        return;
      }
      const what = foreign
        ? `it names ${quoteKey(foreign.key)}, which is outside the prefix ${quoteKey(prefix)}`
        : `the page with ${quoteKey(first?.key ?? '')} came again`;
      throw new StoreError('Corrupt', `the listing of versions cannot be trusted: ${what}`, {
        provider: context.provider,
        operation: context.operation,
      });
    },
    ({ versions }) => versions.length,
  );
}
