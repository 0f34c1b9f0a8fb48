import {
  compareKeys,
  defineCapabilities,
  StoreError,
  type BatchDeleteCapability,
  type BatchDeleteResult,
  type DeleteTarget,
  type ListPage,
  type ListPageRequest,
  type StoreDriver,
} from '@store/core';

export interface SetDriverSettings {
  readonly keys: Iterable<string>;
  readonly pageSize?: number;
  readonly batch?: Partial<BatchDeleteCapability> | false;
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
  readonly capabilities;
  readonly keys: Set<string>;
  readonly batches: string[][] = [];
  readonly singles: string[] = [];
  readonly lists: ListPageRequest[] = [];
  inFlight = 0;
  mostInFlight = 0;
  readonly #settings: SetDriverSettings;

  constructor(settings: SetDriverSettings) {
    this.#settings = settings;
    this.keys = new Set(settings.keys);
    this.capabilities = defineCapabilities({
      list: { order: 'utf8', startAfter: true, maxPageSize: settings.pageSize ?? 1000, delimiter: 'none' },
      batchDelete: settings.batch === false ? false : { maxKeys: 1000, keys: 'any', ...settings.batch },
    });
    if (settings.batch === false) this.deleteBatch = undefined;
  }

  async listPage(request: ListPageRequest): Promise<ListPage> {
    this.lists.push(request);
    await this.#settings.onList?.(request);
    const after = request.token ?? request.startAfter;
    const found = [...this.keys]
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

  deleteBatch: StoreDriver['deleteBatch'] = async (targets) => {
    this.batches.push(targets.map(({ key }) => key));
    const really = (): BatchDeleteResult => {
      for (const { key } of targets) this.keys.delete(key);
      return { deleted: targets, failed: [] };
    };
    return this.#counted(async () => (await this.#settings.onBatch?.(targets, really)) ?? really());
  };

  async deleteOne(target: DeleteTarget): Promise<DeleteTarget> {
    this.singles.push(target.key);
    return this.#counted(async () => {
      await this.#settings.onSingle?.(target.key);
      this.keys.delete(target.key);
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

  head = unused;
  get = unused;
  put = unused;
  copy = unused;
  async close(): Promise<void> {}
}

function unused(): never {
  throw new StoreError('Unsupported', 'a SetDriver only lists and deletes');
}
