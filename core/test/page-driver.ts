import {
  StoreError,
  type BatchFacet,
  type DeletePrefixPage,
  type DeleteTarget,
  type ListPage,
  type ListPartsPage,
  type ListUploadsPage,
  type ListVersionsPage,
  type StoreDriver,
} from '@store/core';
import { BARE, type Replaceable } from '@store/conformance';

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
  readonly place = 'pages:';
  readonly keys = BARE.keys;
  readonly read = BARE.read;
  readonly write = BARE.write;
  readonly close = BARE.close;
  readonly deleted: string[] = [];
  readonly aborted: string[] = [];
  calls = 0;
  readonly #scripts: PageScripts;
  readonly list: Replaceable<StoreDriver['list']>;

  constructor(scripts: PageScripts) {
    this.#scripts = scripts;
    this.list = {
      ...BARE.list,
      order: scripts.order ?? 'utf8',
      page: async () => {
        const call = this.#next();
        return { objects: [], prefixes: [], truncated: false, ...this.#scripts.objects?.(call) };
      },
    };
  }

  readonly delete: StoreDriver['delete'] = {
    ...BARE.delete,
    one: async (target) => {
      this.#delete(target);
      return target;
    },
  };

  readonly batch: Replaceable<BatchFacet> = {
    maxKeys: 1000,
    keys: 'any',
    delete: async (targets) => {
      targets.forEach((target) => this.#delete(target));
      return { deleted: targets, failed: [] };
    },
  };

  readonly prefixDelete: StoreDriver['prefixDelete'] = {
    maxKeys: 1000,
    page: async () => {
      const call = this.#next();
      return { deleted: [], failed: [], truncated: false, ...this.#scripts.deletes?.(call) };
    },
  };

  readonly versions: StoreDriver['versions'] = {
    page: async () => {
      const call = this.#next();
      return { versions: [], truncated: false, ...this.#scripts.versions?.(call) };
    },
  };

  readonly uploads: StoreDriver['uploads'] = {
    page: async () => {
      const call = this.#next();
      return { uploads: [], truncated: false, ...this.#scripts.uploads?.(call) };
    },
    abort: async ({ uploadId }) => {
      this.aborted.push(uploadId);
    },
  };

  readonly multipart: StoreDriver['multipart'] = {
    minPartBytes: 1,
    maxPartBytes: 1000,
    maxParts: 10_000,
    create: unused,
    part: unused,
    copyPart: unused,
    complete: unused,
    parts: async () => {
      const call = this.#next();
      return { parts: [], truncated: false, ...this.#scripts.parts?.(call) };
    },
    abort: async ({ uploadId }) => {
      this.aborted.push(uploadId);
    },
  };

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
