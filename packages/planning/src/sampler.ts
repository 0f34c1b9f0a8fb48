import pLimit, { type LimitFunction } from 'p-limit';
import { compareKeys, quoteKey, StoreError, type ListPage, type ObjectInfo } from '@store/core';
import { allWithSoundFacts } from '@store/driver';
import { IN_FLIGHT, type Engine, type Purpose } from '@store/engine';
import { objectPages } from '@store/engine/pages';
import { rangedObjectPages } from '@store/engine/ranges';

/** What a listing names: an object, or a group of keys up to the next delimiter. */
export interface SampledEntry {
  readonly name: string;
  /** Undefined for a group. */
  readonly object: ObjectInfo | undefined;
}

export interface SampledPage {
  /** In the order of their names. */
  readonly entries: readonly SampledEntry[];
  readonly more: boolean;
}

export interface SamplerLimits {
  readonly maxRequests: number;
  /** Requests in flight. */
  readonly concurrency: number;
  readonly signal: AbortSignal | undefined;
}

/** How long a page took. */
interface Timing {
  readonly entries: number;
  readonly ms: number;
}

/** Asks for pages of listings, as many as it may. */
export class Sampler {
  readonly #engine: Engine;
  readonly #limits: SamplerLimits;
  readonly #turn: LimitFunction;
  readonly #timings: Timing[] = [];
  #failed: { readonly error: unknown } | undefined;
  /** Requests that were made, or wait for their turn. */
  requests = 0;

  constructor(engine: Engine, limits: SamplerLimits) {
    this.#engine = engine;
    this.#limits = limits;
    this.#turn = pLimit(limits.concurrency);
  }

  /** Requests that may still be made. */
  get left(): number {
    return this.#limits.maxRequests - this.requests;
  }

  /** So many pages can be asked for at once. */
  get concurrency(): number {
    return this.#limits.concurrency;
  }

  /** How long the quickest page with many entries took, in milliseconds: others had to share with those beside them. */
  get pageMs(): number {
    const most = Math.max(...this.#timings.map(({ entries }) => entries));
    return Math.min(...this.#timings.filter(({ entries }) => entries * 2 >= most).map(({ ms }) => ms));
  }

  /** How long the quickest request took, in milliseconds. */
  get requestMs(): number {
    return Math.min(...this.#timings.map(({ ms }) => ms));
  }

  /** Most entries of a page. */
  get pageSize(): number {
    return this.#engine.driver.list.maxPageSize;
  }

  /** Whether a listing can begin anywhere, in an order that is known. */
  get anywhere(): boolean {
    return this.#engine.driver.list.order === 'utf8';
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#engine.clock.now();
  }

  /** The page that begins behind a key; with {@link anywhere}. */
  async page(prefix: string, startAfter?: string): Promise<SampledPage> {
    // Counted before it has its turn, so that whoever asks next knows.
    this.requests++;
    return this.#turn(async () => {
      // What was waiting when another one failed is not sent any more.
      if (this.#failed) throw this.#failed.error;
      try {
        const asked = this.now();
        const page = await this.#first(prefix, startAfter);
        this.#timings.push({ entries: page.entries.length, ms: this.now() - asked });
        return page;
      } catch (error) {
        this.#failed ??= { error };
        throw error;
      }
    });
  }

  /** Every object under the prefix, page by page in no order. @param concurrency default: as many as are in flight in a run */
  async *everything(
    prefix: string,
    concurrency = IN_FLIGHT,
  ): AsyncGenerator<readonly ObjectInfo[], void, undefined> {
    const purpose = this.#purpose(() => this.requests++);
    for await (const { page } of rangedObjectPages(this.#engine, { prefix }, purpose, { concurrency }))
      yield page.objects;
  }

  /**
   * One page after the other from the first one on, as long as requests are left.
   *
   * @param flat without groups: every object under the prefix
   */
  async *pages(prefix: string, flat = false): AsyncGenerator<SampledPage, void, undefined> {
    const purpose = this.#purpose(() => this.requests++);
    const request = { prefix, delimiter: flat ? undefined : this.#delimiter };
    let asked = this.now();
    for await (const page of objectPages(this.#engine, request, purpose)) {
      const found = sampled(page);
      this.#timings.push({ entries: found.entries.length, ms: this.now() - asked });
      yield found;
      if (this.left <= 0) return;
      asked = this.now();
    }
  }

  async #first(prefix: string, startAfter: string | undefined): Promise<SampledPage> {
    const { list } = this.#engine.driver;
    const request = { prefix, delimiter: this.#delimiter, maxKeys: list.maxPageSize, startAfter };
    // No check of the order: services differ in what they say of a group that the listing begins in the middle of.
    const pages = this.#engine.pages(
      this.#purpose((again) => {
        if (again) this.requests++;
      }),
      async (_, call) => {
        const page = await list.page(request, call);
        return { ...page, objects: allWithSoundFacts(page.objects) };
      },
      {
        check: ({ objects, prefixes }) => {
          const names = [...objects.map(({ key }) => key), ...prefixes.map((group) => group.prefix)];
          const outside = names.find((name) => !name.startsWith(prefix));
          if (outside !== undefined) throw this.#outside(outside, prefix);
        },
        size: ({ objects, prefixes }) => objects.length + prefixes.length,
      },
    );
    const { value } = await pages.next();
    return value ? sampled(value) : { entries: [], more: false };
  }

  #outside(name: string, prefix: string): StoreError {
    const message = `the listing names ${quoteKey(name)}, which is outside of ${quoteKey(prefix)}`;
    return new StoreError('Corrupt', message, {
      provider: this.#engine.provider,
      operation: 'estimate',
    });
  }

  get #delimiter(): string | undefined {
    return this.#engine.driver.list.delimiter === 'none' ? undefined : '/';
  }

  #purpose(onRequest: (again: boolean) => void): Purpose {
    return { operation: 'estimate', signal: this.#limits.signal, onRequest };
  }
}

function sampled({ objects, prefixes, truncated }: ListPage): SampledPage {
  const entries: SampledEntry[] = [
    ...objects.map((object) => ({ name: object.key, object })),
    ...prefixes.map((group) => ({ name: group.prefix, object: undefined })),
  ];
  return { entries: entries.toSorted((a, b) => compareKeys(a.name, b.name)), more: truncated };
}

/** All of them, when none is under way any more. @throws what the first one in the list failed with */
export async function settled<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(promises);
  return Promise.all(promises);
}
