import type { ListUploadsPage, StoreDriver } from '../driver.js';
import { StoreError } from '../errors.js';
import { soundTime } from '../facts.js';
import type { UploadInfo } from '../objects.js';
import { EntryOrder } from './entry-order.js';
import { followPages, untrusted, type PagesContext } from './pages.js';

/** The pages of a listing of incomplete uploads. @throws StoreError `Unsupported` without `capabilities.listUploads` */
export function uploadPages(
  driver: StoreDriver,
  prefix: string,
  context: PagesContext,
): AsyncGenerator<ListUploadsPage, void, undefined> {
  const listUploadsPage = driver.listUploadsPage?.bind(driver);
  if (!listUploadsPage) {
    const message = `this ${driver.provider} store does not support listing incomplete uploads`;
    throw new StoreError('Unsupported', message, { provider: driver.provider, operation: context.operation });
  }
  const { order, maxPageSize } = driver.capabilities.list;
  const entries = new EntryOrder<UploadInfo>(prefix, order === 'utf8', ({ uploadId }) => uploadId);
  return followPages(
    context,
    async (token, call) => {
      const page = await listUploadsPage({ prefix, token, maxUploads: maxPageSize }, call);
      const uploads = page.uploads.map((upload) => ({ ...upload, initiated: soundTime(upload.initiated) }));
      return { ...page, uploads };
    },
    ({ uploads }) => {
      const problem = entries.problem(uploads);
      if (problem !== undefined) throw untrusted(context, problem);
    },
    ({ uploads }) => uploads.length,
  );
}
