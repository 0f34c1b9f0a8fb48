import {
  defineCapabilities,
  StoreError,
  type DeletePrefixPage,
  type DeleteTarget,
  type ListPage,
  type ListPartsPage,
  type ListUploadsPage,
  type ListVersionsPage,
  type StoreDriver,
} from '@store/core';

/** What a service answers to its n-th request of a kind, from 0. */
export interface PageScripts {
  readonly objects?: (call: number) => Partial<ListPage>;
  readonly versions?: (call: number) => Partial<ListVersionsPage>;
  readonly uploads?: (call: number) => Partial<ListUploadsPage>;
  readonly parts?: (call: number) => Partial<ListPartsPage>;
  readonly deletes?: (call: number) => Partial<DeletePrefixPage>;
  readonly order?: 'utf8' | 'none';
}

/** No test waits for more requests than this: a run that makes so many has no end. */
const MAX_CALLS = 20_000;

/** A driver whose listings are made up by a test. It deletes whatever it is told to. */
export class PageDriver implements StoreDriver {
  readonly provider = 'pages';
  readonly capabilities;
  readonly deleted: string[] = [];
  readonly aborted: string[] = [];
  calls = 0;
  readonly #scripts: PageScripts;

  constructor(scripts: PageScripts) {
    this.#scripts = scripts;
    this.capabilities = defineCapabilities({
      list: { order: scripts.order ?? 'utf8', startAfter: true, maxPageSize: 1000, delimiter: 'any' },
      batchDelete: { maxKeys: 1000, keys: 'any' },
      prefixDelete: { maxKeys: 1000 },
      multipart: { minPartBytes: 1, maxPartBytes: 1000, maxParts: 10_000 },
      versions: true,
      listUploads: true,
    });
  }

  listPage: StoreDriver['listPage'] = async () => {
    const call = this.#next();
    return { objects: [], prefixes: [], truncated: false, ...this.#scripts.objects?.(call) };
  };

  listVersionsPage: StoreDriver['listVersionsPage'] = async () => {
    const call = this.#next();
    return { versions: [], truncated: false, ...this.#scripts.versions?.(call) };
  };

  listUploadsPage: StoreDriver['listUploadsPage'] = async () => {
    const call = this.#next();
    return { uploads: [], truncated: false, ...this.#scripts.uploads?.(call) };
  };

  listPartsPage: StoreDriver['listPartsPage'] = async () => {
    const call = this.#next();
    return { parts: [], truncated: false, ...this.#scripts.parts?.(call) };
  };

  deletePrefixPage: StoreDriver['deletePrefixPage'] = async () => {
    const call = this.#next();
    return { deleted: [], failed: [], truncated: false, ...this.#scripts.deletes?.(call) };
  };

  deleteBatch: StoreDriver['deleteBatch'] = async (targets) => {
    targets.forEach((target) => this.#delete(target));
    return { deleted: targets, failed: [] };
  };

  deleteOne: StoreDriver['deleteOne'] = async (target) => {
    this.#delete(target);
    return target;
  };

  abortUpload: StoreDriver['abortUpload'] = async ({ uploadId }) => {
    this.aborted.push(uploadId);
  };

  head = unused;
  get = unused;
  put = unused;
  copy = unused;
  createUpload = unused;
  uploadPart = unused;
  uploadPartCopy = unused;
  completeUpload = unused;
  close = async (): Promise<void> => undefined;

  #delete({ key, versionId }: DeleteTarget): void {
    this.deleted.push(versionId === undefined ? key : `${key}@${versionId}`);
  }

  #next(): number {
    if (this.calls >= MAX_CALLS) throw new StoreError('Internal', 'the test has run away');
    return this.calls++;
  }
}

function unused(): never {
  throw new StoreError('Unsupported', 'a PageDriver only lists and deletes');
}
