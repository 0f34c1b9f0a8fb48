import type { Clock } from '../clock.js';
import type { StoreDriver } from '../driver.js';
import { StoreError } from '../errors.js';
import { compareKeys, quoteKey } from '../keys.js';
import { retrying, type RetryPolicy } from '../retry.js';

/** What a listing names: an object with its size, or a group of keys up to the next delimiter. */
export interface SampledEntry {
  readonly name: string;
  /** In bytes; undefined for a group. */
  readonly size: number | undefined;
}

export interface SampledPage {
  /** In the order of their names. */
  readonly entries: readonly SampledEntry[];
  readonly more: boolean;
}

export interface SamplerContext {
  readonly driver: StoreDriver;
  readonly retry: RetryPolicy;
  readonly clock: Clock;
}

/** Asks for single pages of listings, as many as it may. */
export class Sampler {
  readonly #context: SamplerContext;
  readonly #maxRequests: number;
  readonly #signal: AbortSignal | undefined;
  requests = 0;

  constructor(context: SamplerContext, maxRequests: number, signal: AbortSignal | undefined) {
    this.#context = context;
    this.#maxRequests = maxRequests;
    this.#signal = signal;
  }

  /** Requests that may still be made. */
  get left(): number {
    return this.#maxRequests - this.requests;
  }

  /** Whether a listing can begin anywhere, in an order that is known. */
  get anywhere(): boolean {
    const { order, startAfter } = this.#context.driver.capabilities.list;
    return order === 'utf8' && startAfter;
  }

  async page(prefix: string, startAfter?: string): Promise<SampledPage> {
    const { driver, retry, clock } = this.#context;
    const { maxPageSize, delimiter } = driver.capabilities.list;
    const request = {
      prefix,
      delimiter: delimiter === 'none' ? undefined : '/',
      maxKeys: maxPageSize,
      startAfter,
    };
    const call = { signal: this.#signal };
    const { objects, prefixes, truncated } = await retrying(
      { policy: retry, clock, operation: 'estimate', provider: driver.provider, ...call },
      () => {
        this.requests++;
        return driver.listPage(request, call);
      },
    );
    const entries: SampledEntry[] = [
      ...objects.map(({ key, size }) => ({ name: key, size })),
      ...prefixes.map((group) => ({ name: group.prefix, size: undefined })),
    ].toSorted((a, b) => compareKeys(a.name, b.name));
    const outside = entries.find(({ name }) => !name.startsWith(prefix));
    if (!outside) return { entries, more: truncated };
    const message = `the listing names ${quoteKey(outside.name)}, which is outside of ${quoteKey(prefix)}`;
    throw new StoreError('Corrupt', message, { provider: driver.provider, operation: 'estimate' });
  }
}
