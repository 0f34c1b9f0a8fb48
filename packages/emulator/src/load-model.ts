import { Partitions } from './partitions.js';
import { Random } from './random.js';
import { TokenBucket } from './token-bucket.js';

export interface Latency {
  /** Every request takes at least this long, in milliseconds. */
  readonly baseMs?: number | undefined;
  /** A random share of this is added, in milliseconds. */
  readonly jitterMs?: number | undefined;
  /** Each key of a batch delete adds this, in milliseconds. */
  readonly perKeyMs?: number | undefined;
}

export interface RateLimit {
  /** Keys written or deleted a second under one prefix or in one partition; each key of a batch counts. S3 documents 3500. */
  readonly writesPerSecond: number;
  /** Requests that may come at once after a pause, in keys. Default: one second's worth. */
  readonly burst?: number | undefined;
  /** How many path segments make a prefix that is limited on its own. Default 1. A batch counts for that of its first key. */
  readonly depth?: number | undefined;
  /**
   * Keys at which partitions begin, apart from the first partition: ranges of the key space, as S3 has them. Each is
   * limited on its own instead of prefixes, and each key of a batch counts for its own. `evenPartitions` makes them.
   */
  readonly partitions?: readonly string[] | undefined;
  /**
   * Whether what is too much refuses the whole request (as S3 does: nothing of it is done, and nothing counts), or the
   * keys of the batch from the first that does not fit. Default `request`.
   */
  readonly refuses?: 'request' | 'keys' | undefined;
}

/** How long requests take, and how many are too many. */
export class LoadModel {
  readonly #latency: Latency;
  readonly #rate: RateLimit | undefined;
  readonly #partitions: Partitions | undefined;
  /** By prefix, or by the number of the partition. */
  readonly #limits = new Map<string | number, TokenBucket>();
  readonly #random = new Random(1);

  constructor(latency: Latency = {}, rate?: RateLimit) {
    this.#latency = latency;
    this.#rate = rate;
    this.#partitions = rate?.partitions && new Partitions(rate.partitions);
  }

  delayMs(keys: number): number {
    const { baseMs = 0, jitterMs = 0, perKeyMs = 0 } = this.#latency;
    return baseMs + this.#random.next() * jitterMs + keys * perKeyMs;
  }

  /** How many of these writes there is room for now; they are counted. All or nothing, unless keys are refused one by one. */
  admit(keys: readonly string[]): number {
    const rate = this.#rate;
    if (!rate) return keys.length;
    const now = performance.now();
    const limitOf = this.#limitOf(keys, rate, now);
    const wanted = new Map<TokenBucket, number>();
    let admitted = 0;
    for (const key of keys) {
      const limit = limitOf(key);
      const tokens = (wanted.get(limit) ?? 0) + 1;
      if (limit.available(now) < tokens) {
        if (rate.refuses !== 'keys') return 0;
        break;
      }
      wanted.set(limit, tokens);
      admitted++;
    }
    for (const [limit, tokens] of wanted) limit.take(tokens);
    return admitted;
  }

  /** What limits each of these keys. */
  #limitOf(keys: readonly string[], rate: RateLimit, now: number): (key: string) => TokenBucket {
    const partitions = this.#partitions;
    if (!partitions) {
      const [first = ''] = keys;
      const prefix = first.split('/', rate.depth ?? 1).join('/');
      const limit = this.#limit(prefix, rate, now);
      return () => limit;
    }
    let partition = 0;
    return (key) => {
      partition = partitions.of(key, partition);
      return this.#limit(partition, rate, now);
    };
  }

  #limit(
    what: string | number,
    { writesPerSecond, burst = writesPerSecond }: RateLimit,
    now: number,
  ): TokenBucket {
    const found = this.#limits.get(what);
    if (found) return found;
    const limit = new TokenBucket(writesPerSecond, burst, now);
    this.#limits.set(what, limit);
    return limit;
  }
}
