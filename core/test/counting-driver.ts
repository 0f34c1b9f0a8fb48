import { defineCapabilities, StoreError, type StoreDriver } from '@store/core';

/** A driver that can do everything, tells a test which requests have come, and fails each of them. */
export class CountingDriver implements StoreDriver {
  readonly provider = 'counting';
  readonly requests: string[] = [];
  readonly capabilities = defineCapabilities({
    list: { order: 'utf8', startAfter: true, maxPageSize: 1000, delimiter: 'any' },
    batchDelete: { maxKeys: 1000, keys: 'any' },
    prefixDelete: { maxKeys: 1000 },
    multipart: { minPartBytes: 1, maxPartBytes: 1000, maxParts: 10_000 },
    conditionalPut: { ifAbsent: true, ifMatch: true },
    conditionalDelete: 'batch',
    conditionalRead: true,
    versions: true,
    listUploads: true,
    tags: true,
    storageClasses: true,
    restore: true,
    lifecycle: { maxRules: 1000, overlap: true },
    presign: true,
    passThrough: ['mfa', 'bypassGovernance', 'requestPayer', 'expectedBucketOwner'],
  });

  listPage = this.#fails('listPage');
  head = this.#fails('head');
  get = this.#fails('get');
  put = this.#fails('put');
  copy = this.#fails('copy');
  deleteOne = this.#fails('deleteOne');
  deleteBatch = this.#fails('deleteBatch');
  deletePrefixPage = this.#fails('deletePrefixPage');
  listVersionsPage = this.#fails('listVersionsPage');
  listUploadsPage = this.#fails('listUploadsPage');
  createUpload = this.#fails('createUpload');
  uploadPart = this.#fails('uploadPart');
  completeUpload = this.#fails('completeUpload');
  abortUpload = this.#fails('abortUpload');
  listPartsPage = this.#fails('listPartsPage');
  uploadPartCopy = this.#fails('uploadPartCopy');
  getTags = this.#fails('getTags');
  setTags = this.#fails('setTags');
  restore = this.#fails('restore');
  getLifecycle = this.#fails('getLifecycle');
  putLifecycle = this.#fails('putLifecycle');
  presign = this.#fails('presign');
  close = async (): Promise<void> => undefined;

  #fails(request: string) {
    return async (): Promise<never> => {
      this.requests.push(request);
      throw new StoreError('Internal', 'the request has come');
    };
  }
}
