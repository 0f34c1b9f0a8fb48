import { Random } from './random.js';

export interface Latency {
  /** Every request takes at least this long, in milliseconds. */
  readonly baseMs?: number | undefined;
  /** A random share of this is added, in milliseconds. */
  readonly jitterMs?: number | undefined;
  /** Each key of a batch delete adds this, in milliseconds. */
  readonly perKeyMs?: number | undefined;
}

export interface RateLimit {
  /** Keys written or deleted a second under one prefix; each key of a batch counts. S3 documents 3500. */
  readonly writesPerSecond: number;
  /** Requests that may come at once after a pause, in keys. Default: one second's worth. */
  readonly burst?: number | undefined;
  /** How many path segments make a prefix that is limited on its own. Default 1. */
  readonly depth?: number | undefined;
  /** Whether what is too much refuses the whole request, or just the keys that do not fit. Default `request`. */
  readonly refuses?: 'request' | 'keys' | undefined;
}

/** How long requests take, and how many are too many. */
export class LoadModel {
  readonly #latency: Latency;
  readonly #rate: RateLimit | undefined;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();
  readonly #random = new Random(1);

  constructor(latency: Latency = {}, rate?: RateLimit) {
    this.#latency = latency;
    this.#rate = rate;
  }

  delayMs(keys: number): number {
    const { baseMs = 0, jitterMs = 0, perKeyMs = 0 } = this.#latency;
    return baseMs + this.#random.next() * jitterMs + keys * perKeyMs;
  }

  get refusesKeys(): boolean {
    return this.#rate?.refuses === 'keys';
  }

  /** How many of these writes there is room for now; they are counted. All or nothing, unless keys are refused one by one. */
  admit(keys: readonly string[]): number {
    const rate = this.#rate;
    if (!rate) return keys.length;
    const [first = ''] = keys;
    const prefix = first
      .split('/')
      .slice(0, rate.depth ?? 1)
      .join('/');
    const burst = rate.burst ?? rate.writesPerSecond;
    const now = performance.now();
    const bucket = this.#buckets.get(prefix) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1000) * rate.writesPerSecond);
    const admitted = this.refusesKeys
      ? Math.min(keys.length, Math.floor(tokens))
      : tokens >= keys.length
        ? keys.length
        : 0;
    this.#buckets.set(prefix, { tokens: tokens - admitted, at: now });
    return admitted;
  }
}
