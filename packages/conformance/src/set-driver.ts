import {
  compareKeys,
  type BatchDeleteResult,
  type BatchFacet,
  type DeleteTarget,
  type ListPage,
  type ListPageRequest,
  type StoreDriver,
} from '@store/core';
import { BARE, type Replaceable } from './bare-driver.js';

export interface SetDriverSettings {
  readonly keys: Iterable<string>;
  readonly pageSize?: number;
  readonly batch?: Partial<BatchFacet> | false;
  /** Replaces the answer to a batch delete; `really` deletes. */
  readonly onBatch?: (
    targets: readonly DeleteTarget[],
    really: () => BatchDeleteResult,
  ) => BatchDeleteResult | Promise<BatchDeleteResult>;
  readonly onSingle?: (key: string) => void | Promise<void>;
  readonly onList?: (request: ListPageRequest) => void | Promise<void>;
}

/** A driver over a set of keys that tells a test what reached it. For what only the engine does. */
export class SetDriver implements StoreDriver {
  readonly provider = 'set';
  readonly place = 'set:';
  readonly keys = BARE.keys;
  readonly list: Replaceable<StoreDriver['list']>;
  readonly read = BARE.read;
  readonly write = BARE.write;
  readonly delete: StoreDriver['delete'];
  readonly batch: StoreDriver['batch'];
  readonly close = BARE.close;
  readonly stored: Set<string>;
  readonly batches: string[][] = [];
  readonly singles: string[] = [];
  readonly lists: ListPageRequest[] = [];
  inFlight = 0;
  mostInFlight = 0;
  readonly #settings: SetDriverSettings;

  constructor(settings: SetDriverSettings) {
    const { pageSize: maxPageSize = 1000, batch } = settings;
    this.#settings = settings;
    this.stored = new Set(settings.keys);
    this.list = { ...BARE.list, maxPageSize, delimiter: 'none', page: (request) => this.#page(request) };
    this.delete = { ...BARE.delete, one: (target) => this.#deleteOne(target) };
    if (batch === false) return;
    this.batch = { maxKeys: 1000, keys: 'any', delete: (targets) => this.#deleteBatch(targets), ...batch };
  }

  async #page(request: ListPageRequest): Promise<ListPage> {
    this.lists.push(request);
    await this.#settings.onList?.(request);
    const after = request.token ?? request.startAfter;
    const found = [...this.stored]
      .filter((key) => key.startsWith(request.prefix) && (after === undefined || compareKeys(key, after) > 0))
      .sort(compareKeys);
    const page = found.slice(0, request.maxKeys);
    const truncated = found.length > page.length;
    return {
      objects: page.map((key) => ({ key, size: key.length, lastModified: new Date(0) })),
      prefixes: [],
      truncated,
      nextToken: truncated ? page.at(-1) : undefined,
    };
  }

  async #deleteBatch(targets: readonly DeleteTarget[]): Promise<BatchDeleteResult> {
    this.batches.push(targets.map(({ key }) => key));
    const really = (): BatchDeleteResult => {
      for (const { key } of targets) this.stored.delete(key);
      return { deleted: targets, failed: [] };
    };
    return this.#counted(async () => (await this.#settings.onBatch?.(targets, really)) ?? really());
  }

  async #deleteOne(target: DeleteTarget): Promise<DeleteTarget> {
    this.singles.push(target.key);
    return this.#counted(async () => {
      await this.#settings.onSingle?.(target.key);
      this.stored.delete(target.key);
      return target;
    });
  }

  async #counted<T>(work: () => Promise<T>): Promise<T> {
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight);
    try {
      await new Promise(setImmediate);
      return await work();
    } finally {
      this.inFlight--;
    }
  }
}
