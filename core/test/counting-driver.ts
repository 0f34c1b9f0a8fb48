import { DEFAULT_MAX_KEY_BYTES, StoreError, type StoreDriver } from '@store/core';

/** A driver that can do everything, tells a test which requests have come, and fails each of them. */
export class CountingDriver implements StoreDriver {
  readonly requests: string[] = [];
  readonly provider = 'counting';
  readonly place = 'counting:';
  readonly keys = { maxBytes: DEFAULT_MAX_KEY_BYTES };
  readonly list = { order: 'utf8', maxPageSize: 1000, delimiter: 'any', page: this.#fails('list') } as const;
  readonly read = { head: this.#fails('head'), get: this.#fails('get') };
  readonly write = {
    streaming: false,
    ifAbsent: true,
    ifMatch: true,
    storageClasses: true,
    lastModified: true,
    encryption: true,
    put: this.#fails('put'),
    copy: this.#fails('copy'),
  };
  readonly delete: StoreDriver['delete'] = {
    ifMatch: 'batch',
    passThrough: ['mfa', 'bypassGovernance', 'requestPayer', 'expectedBucketOwner'],
    one: this.#fails('delete'),
  };
  readonly batch = { maxKeys: 1000, keys: 'any', delete: this.#fails('batch') } as const;
  readonly trash = {
    maxKeys: 1000,
    put: this.#fails('trash.put'),
    page: this.#fails('trash.page'),
    restore: this.#fails('trash.restore'),
    purge: this.#fails('trash.purge'),
  };
  readonly prefixDelete = { maxKeys: 1000, page: this.#fails('prefixDelete') };
  readonly multipart = {
    minPartBytes: 1,
    maxPartBytes: 1000,
    maxParts: 10_000,
    create: this.#fails('multipart.create'),
    part: this.#fails('multipart.part'),
    copyPart: this.#fails('multipart.copyPart'),
    parts: this.#fails('multipart.parts'),
    complete: this.#fails('multipart.complete'),
    abort: this.#fails('multipart.abort'),
  };
  readonly uploads = { page: this.#fails('uploads'), abort: this.#fails('uploads.abort') };
  readonly versions = { page: this.#fails('versions') };
  readonly tags = { get: this.#fails('tags.get'), set: this.#fails('tags.set') };
  readonly lifecycle = {
    maxRules: 1000,
    overlap: true,
    get: this.#fails('lifecycle.get'),
    put: this.#fails('lifecycle.put'),
  };
  readonly restore = this.#fails('restore');
  readonly presign = this.#fails('presign');
  readonly url = this.#fails('url');
  readonly postForms = { limits: true, sign: this.#fails('postForms') };
  close = async (): Promise<void> => undefined;

  #fails(request: string) {
    return async (): Promise<never> => {
      this.requests.push(request);
      throw new StoreError('Internal', 'the request has come');
    };
  }
}
