import type { Clock } from '../clock.js';
import type { DriverCall, Unnameable } from '../driver.js';
import { StoreError } from '../errors.js';
import { retryEvent, retrying, type OnRetry, type RetryPolicy } from '../retry.js';
import { RepeatWatch } from './repeat-watch.js';

/** What every kind of page has in common. */
interface Page {
  readonly unnameable?: readonly Unnameable[] | undefined;
  readonly truncated: boolean;
  readonly nextToken?: string | undefined;
}

export interface PagesContext {
  readonly provider: string;
  readonly operation: string;
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  /** Told of every wait before a request is repeated. */
  readonly onRetry?: OnRetry | undefined;
  /** Goes with every request; its signal ends the listing. */
  readonly call: DriverCall;
  /** Called before each request; `retry` when it repeats one. */
  readonly onRequest?: ((retry: boolean) => void) | undefined;
  /** Called when an answer could not be used. */
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
 * @param fetchPage one request of the driver
 * @param check throws `Corrupt` when the page does not continue what came before; called once for each
 * answer, and must not remember a page that it refuses
 * @param size how many entries a page has, apart from those that cannot be named
 */
export async function* followPages<P extends Page>(
  context: PagesContext,
  fetchPage: (token: string | undefined, call: DriverCall) => Promise<P>,
  check: (page: P) => void,
  size: (page: P) => number,
): AsyncGenerator<P, void, undefined> {
  const cycle = new TokenCycle();
  let token: string | undefined;
  let emptyPages = 0;
  const strange = new RepeatWatch();
  for (;;) {
    const page = await fetchChecked(context, token, fetchPage, check);
    const { unnameable = [] } = page;
    emptyPages = size(page) + unnameable.length === 0 ? emptyPages + 1 : 0;
    yield page;
    if (!page.truncated) return;
    // One of many versions comes many times on a page.
    for (const name of new Set(unnameable.map((entry) => entry.name))) strange.add(name);
    if (strange.circles) {
      throw untrusted(context, 'it shows the same entries that cannot be named again and again');
    }
    if (emptyPages >= MAX_EMPTY_PAGES) {
      throw corrupt(
        context,
        `the service sent ${MAX_EMPTY_PAGES} pages without an entry, and says there is more`,
      );
    }
    token = page.nextToken;
    if (token !== undefined && cycle.seen(token)) {
      throw corrupt(context, 'the service sends the same continuation tokens again and again');
    }
  }
}

async function fetchChecked<P extends Page>(
  context: PagesContext,
  token: string | undefined,
  fetchPage: (token: string | undefined, call: DriverCall) => Promise<P>,
  check: (page: P) => void,
): Promise<P> {
  let requests = 0;
  let firstRefusal: number | undefined;
  for (let attempt = 1; ; attempt++) {
    const page = await retrying(
      {
        policy: context.policy,
        clock: context.clock,
        operation: context.operation,
        provider: context.provider,
        signal: context.call.signal,
        onError: context.onError,
        onRetry: context.onRetry,
      },
      () => {
        context.onRequest?.(requests++ > 0);
        return fetchPage(token, context.call);
      },
    );
    try {
      checkWayOn(context, page, token);
      check(page);
      return page;
    } catch (error) {
      if (!(error instanceof StoreError) || attempt >= CORRUPT_ATTEMPTS) throw error;
      context.onError?.(error);
      const now = context.clock.now();
      firstRefusal ??= now;
      const waitMs = context.policy.baseDelayMs * attempt;
      context.onRetry?.(retryEvent(error, context, { attempt, waitMs, elapsedMs: now - firstRefusal }));
      await context.clock.sleep(waitMs, context.call.signal);
    }
  }
}

function checkWayOn(context: PagesContext, page: Page, token: string | undefined): void {
  if (!page.truncated) return;
  if (page.nextToken === undefined || page.nextToken === '') {
    throw corrupt(
      context,
      'the service says that the listing goes on, but not where (truncated without a token)',
    );
  }
  if (page.nextToken === token) {
    throw corrupt(context, 'the service repeats the continuation token that it was sent');
  }
}

/** The error for a page that no listing of this kind can have. */
export function untrusted({ provider, operation }: PagesContext, what: string): StoreError {
  return new StoreError('Corrupt', `the listing cannot be trusted: ${what}`, { provider, operation });
}

function corrupt(context: PagesContext, message: string): StoreError {
  return new StoreError('Corrupt', `the listing cannot be finished: ${message}`, {
    provider: context.provider,
    operation: context.operation,
  });
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
