import { StoreError, type Clock, type LeftOut, type Unnameable } from '@store/driver';
import type { Contact } from './contact.js';
import type { OnRetry, RetryPolicy } from './retry.js';
import { RepeatWatch } from './repeat-watch.js';

/** What every kind of page has in common. */
export interface Page {
  readonly unnameable?: readonly Unnameable[] | undefined;
  readonly leftOut?: readonly LeftOut[] | undefined;
  readonly truncated: boolean;
  readonly nextToken?: string | undefined;
}

export interface PageRules<P extends Page> {
  /**
   * Throws `Corrupt` when the page does not continue what came before. Called once for each answer; must not remember a
   * page that it refuses.
   */
  readonly check: (page: P) => void;
  /** How many entries a page has, apart from those that cannot be named or are left out. */
  readonly size: (page: P) => number;
}

/** Whose listing it is. */
interface Following {
  readonly engine: {
    readonly provider: string;
    readonly clock: Clock;
    readonly retry: RetryPolicy;
    readonly contact: Pick<Contact, 'endpoint'>;
    readonly onRetry: OnRetry | undefined;
  };
  readonly operation: string;
  readonly signal?: AbortSignal | undefined;
  readonly onError?: ((error: StoreError) => void) | undefined;
}

/** How often an answer that contradicts the listing so far is asked for again before it is an error. */
const CORRUPT_ATTEMPTS = 3;

/** Services may send pages without entries while they skip what is deleted; not without end. */
const MAX_EMPTY_PAGES = 100;

/**
 * Follows a listing to its end, one request at a time.
 *
 * A listing ends only when the service says so. A truncated page without a token, a token that comes back,
 * a page that `check` refuses, or endless empty pages are `Corrupt`: the page is asked for again a few times,
 * then the listing fails. It never just stops, because whoever deletes by it would leave the rest behind.
 * Tokens are no measure of progress, because a service can make new ones for ever: `check` looks at the entries.
 *
 * @param fetch one request of the driver, repeated where it failed
 */
export async function* followPages<P extends Page>(
  following: Following,
  fetch: (token: string | undefined) => Promise<P>,
  rules: PageRules<P>,
): AsyncGenerator<P, void, undefined> {
  const cycle = new TokenCycle();
  let token: string | undefined;
  let emptyPages = 0;
  const strange = new RepeatWatch();
  for (;;) {
    const page = await fetchChecked(following, token, fetch, rules.check);
    const { unnameable = [], leftOut = [] } = page;
    emptyPages = rules.size(page) + unnameable.length + leftOut.length === 0 ? emptyPages + 1 : 0;
    yield page;
    if (!page.truncated) return;
    // One of many versions comes many times on a page.
    for (const name of new Set(unnameable.map((entry) => entry.name))) strange.add(name);
    if (strange.circles) {
      throw untrusted(following, 'it shows the same entries that cannot be named again and again');
    }
    if (emptyPages >= MAX_EMPTY_PAGES) {
      throw corrupt(
        following,
        `the service sent ${MAX_EMPTY_PAGES} pages without an entry, and says there is more`,
      );
    }
    token = page.nextToken;
    if (token !== undefined && cycle.seen(token)) {
      throw corrupt(following, 'the service sends the same continuation tokens again and again');
    }
  }
}

async function fetchChecked<P extends Page>(
  following: Following,
  token: string | undefined,
  fetch: (token: string | undefined) => Promise<P>,
  check: (page: P) => void,
): Promise<P> {
  const { operation, engine, signal, onError } = following;
  const { provider, clock, retry, onRetry, contact } = engine;
  let firstRefusal: number | undefined;
  for (let attempt = 1; ; attempt++) {
    const page = await fetch(token);
    try {
      checkWayOn(following, page, token);
      check(page);
      return page;
    } catch (error) {
      if (!(error instanceof StoreError) || attempt >= CORRUPT_ATTEMPTS) throw error;
      onError?.(error);
      const now = clock.now();
      firstRefusal ??= now;
      const waitMs = retry.baseDelayMs * attempt;
      onRetry?.({
        operation,
        provider,
        key: error.key,
        code: error.code,
        message: error.reason,
        attempt,
        waitMs,
        elapsedMs: now - firstRefusal,
        endpoint: contact.endpoint,
        answered: true,
        maxAttempts: CORRUPT_ATTEMPTS,
        leftMs: Infinity,
      });
      await clock.sleep(waitMs, signal);
    }
  }
}

function checkWayOn(following: Following, page: Page, token: string | undefined): void {
  if (!page.truncated) return;
  if (page.nextToken === undefined || page.nextToken === '') {
    throw corrupt(
      following,
      'the service says that the listing goes on, but not where (truncated without a token)',
    );
  }
  if (page.nextToken === token) {
    throw corrupt(following, 'the service repeats the continuation token that it was sent');
  }
}

/** The error for a page that no listing of this kind can have. */
export function untrusted(
  { engine, operation }: Pick<Following, 'operation'> & { readonly engine: { readonly provider: string } },
  what: string,
): StoreError {
  const { provider } = engine;
  return new StoreError('Corrupt', `the listing cannot be trusted: ${what}`, { provider, operation });
}

function corrupt({ engine, operation }: Following, message: string): StoreError {
  const { provider } = engine;
  return new StoreError('Corrupt', `the listing cannot be finished: ${message}`, { provider, operation });
}

/** Finds a cycle in a sequence of tokens with memory for one of them (Brent's algorithm). */
class TokenCycle {
  #kept: string | undefined;
  #steps = 0;
  #power = 1;

  seen(token: string): boolean {
    if (token === this.#kept) return true;
    if (++this.#steps === this.#power) {
      this.#kept = token;
      this.#power *= 2;
      this.#steps = 0;
    }
    return false;
  }
}
