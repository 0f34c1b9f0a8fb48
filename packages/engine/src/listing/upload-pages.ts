import { soundTime, type ListUploadsPage, type UploadInfo } from '@store/driver';
import type { Engine, Purpose } from '../engine.js';
import { EntryOrder } from './entry-order.js';

/** The pages of a listing of incomplete uploads. @throws StoreError `Unsupported` where there is none */
export function uploadPages(
  engine: Engine,
  prefix: string,
  purpose: Purpose,
): AsyncGenerator<ListUploadsPage, void, undefined> {
  const { uploads, list } = engine.driver;
  if (!uploads) throw engine.unsupported(purpose.operation, 'listing incomplete uploads');
  const entries = new EntryOrder<UploadInfo>(engine, prefix, purpose, ({ uploadId }) => uploadId);
  return engine.pages(
    purpose,
    async (token, call) => {
      const page = await uploads.page({ prefix, token, maxUploads: list.maxPageSize }, call);
      const sound = page.uploads.map((upload) => ({ ...upload, initiated: soundTime(upload.initiated) }));
      return { ...page, uploads: sound };
    },
    { check: (page) => entries.take(page.uploads), size: (page) => page.uploads.length },
  );
}
