import type { ListUploadsPage, StoreDriver } from '../driver.js';
import { StoreError } from '../errors.js';
import { followPages, type PagesContext } from './pages.js';

/** The pages of a listing of incomplete uploads. @throws StoreError `Unsupported` without `capabilities.listUploads` */
export function uploadPages(
  driver: StoreDriver,
  prefix: string,
  context: PagesContext,
): AsyncGenerator<ListUploadsPage, void, undefined> {
  const details = { provider: driver.provider, operation: context.operation };
  const listUploadsPage = driver.listUploadsPage?.bind(driver);
  if (!listUploadsPage) {
    const message = `this ${driver.provider} store does not support listing incomplete uploads`;
    throw new StoreError('Unsupported', message, details);
  }
  return followPages(
    context,
    (token, call) =>
      listUploadsPage({ prefix, token, maxUploads: driver.capabilities.list.maxPageSize }, call),
    ({ uploads }) => {
      if (uploads.every(({ key }) => key.startsWith(prefix))) return;
      throw new StoreError('Corrupt', 'the listing of uploads names keys outside the prefix', details);
    },
    ({ uploads }) => uploads.length,
  );
}
