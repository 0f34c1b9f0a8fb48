import { StoreError, type StoreDriver } from '@store/driver';

/**
 * The driver without its writes: each of them is refused with `AccessDenied`, before any request, and so are URLs for
 * `PUT` and `DELETE`. A deletion run ends at its first request.
 */
export function readOnly(driver: StoreDriver): StoreDriver {
  const {
    provider,
    write,
    batch,
    trash,
    prefixDelete,
    multipart,
    uploads,
    tags,
    lifecycle,
    restore,
    presign,
    postForms,
  } = driver;
  const refuse = (operation: string, key?: string): Promise<never> =>
    Promise.reject(
      new StoreError('AccessDenied', 'this store was opened for reading only', { provider, operation, key }),
    );
  return {
    ...driver,
    write: { ...write, put: ({ key }) => refuse('put', key), copy: ({ to }) => refuse('copy', to) },
    delete: { ...driver.delete, one: ({ key }) => refuse('delete', key) },
    batch: batch && { ...batch, delete: () => refuse('deleteBatch') },
    trash: trash && {
      ...trash,
      put: () => refuse('deleteBatch'),
      restore: () => refuse('undo'),
      purge: () => refuse('emptyTrash'),
    },
    prefixDelete: prefixDelete && { ...prefixDelete, page: () => refuse('deletePrefix') },
    multipart: multipart && {
      ...multipart,
      create: ({ key }) => refuse('put', key),
      part: ({ key }) => refuse('put', key),
      copyPart: ({ key }) => refuse('copy', key),
      complete: ({ key }) => refuse('put', key),
      abort: ({ key }) => refuse('abortUpload', key),
    },
    uploads: uploads && { ...uploads, abort: ({ key }) => refuse('abortUpload', key) },
    tags: tags && { ...tags, set: ({ key }) => refuse('setTags', key) },
    lifecycle: lifecycle && { ...lifecycle, put: () => refuse('expirePrefix') },
    restore: restore && (({ key }) => refuse('restore', key)),
    postForms: postForms && { ...postForms, sign: ({ key }) => refuse('presignPost', key) },
    presign:
      presign &&
      ((request, call) =>
        request.method === 'GET' || request.method === 'HEAD'
          ? presign(request, call)
          : refuse('presign', request.key)),
  };
}
