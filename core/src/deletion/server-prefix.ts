import type { Clock } from '../clock.js';
import type { DeletePrefixPage, DriverCall, StoreDriver } from '../driver.js';
import { StoreError } from '../errors.js';
import { quoteKey } from '../keys.js';
import { RepeatWatch } from '../listing/repeat-watch.js';
import { retrying, type OnRetry, type RetryPolicy } from '../retry.js';
import type { DeleteStage } from './delete-stage.js';
import type { Ledger } from './ledger.js';
import type { Pacer } from './pacer.js';
import { tellOfCharge } from './requester-charge.js';

/** What the service says is left, and never deletes, ends the run after this many answers in a row that say nothing new. */
const MAX_EMPTY_ANSWERS = 10;

export interface ServerPrefixContext {
  readonly driver: StoreDriver;
  readonly clock: Clock;
  readonly retry: RetryPolicy;
  readonly onRetry: OnRetry | undefined;
  readonly pacer: Pacer;
  readonly ledger: Ledger;
  /** Sees the keys through that the service could not delete. */
  readonly stage: DeleteStage;
  readonly call: DriverCall;
  readonly stop: AbortSignal;
  readonly maxDelete: number;
  readonly onAnswer: () => void;
}

/**
 * Has the service delete everything under a prefix, page by page, until it says that nothing is left. Only what an
 * answer names counts as deleted.
 *
 * @returns whether it ended because of `maxDelete`
 * @throws StoreError `Corrupt` when the service names keys outside the prefix, or says that there is more and names
 * nothing, or nothing but what it named before
 */
export async function deleteByServer(context: ServerPrefixContext, prefix: string): Promise<boolean> {
  const { pacer, stop } = context;
  let allowance = context.maxDelete;
  const named = new NamedKeys();
  let token: string | undefined;
  let empty = 0;
  while (!stop.aborted) {
    if (allowance <= 0) return true;
    const maxKeys = Math.min(pacer.batchSize, allowance);
    const permit = await pacer.acquire(maxKeys);
    if (!permit) return false;
    let page: DeletePrefixPage;
    try {
      page = await requestPage(context, { prefix, token, maxKeys });
    } finally {
      pacer.release();
    }
    checkPrefixOf(context, prefix, page);
    tellOfCharge(context.ledger, context.call.pass, page);
    const { news, progress } = named.take(page);
    await settle(context, news);
    allowance -= page.deleted.length + page.failed.length;
    empty = progress ? 0 : empty + 1;
    context.onAnswer();
    if (!page.truncated) return false;
    if (empty >= MAX_EMPTY_ANSWERS) {
      throw corrupt(
        context,
        `it sent ${empty} answers that name no key, or none that it had not named, and says that there is more`,
      );
    }
    // Without a token the next request begins anew: what was deleted is gone.
    token = page.nextToken;
  }
  return false;
}

async function requestPage(
  { driver, clock, retry, onRetry, pacer, ledger, call, stop }: ServerPrefixContext,
  request: { readonly prefix: string; readonly token: string | undefined; readonly maxKeys: number },
): Promise<DeletePrefixPage> {
  const deletePrefixPage = driver.deletePrefixPage?.bind(driver);
  const operation = 'deletePrefix';
  if (!deletePrefixPage) {
    throw new StoreError('Internal', 'the driver claims prefix deletes and lacks the method', { operation });
  }
  let attempts = 0;
  const onError = (error: StoreError): void => {
    if (error.adjusted !== undefined) {
      ledger.warn(error.adjusted);
    } else if (error.code === 'Throttled') {
      ledger.throttled++;
      pacer.throttled();
    } else {
      ledger.warn(
        `an answer of the service was lost (${error.message}); what it deleted by that request is not counted`,
      );
    }
  };
  return retrying(
    { policy: retry, clock, operation, provider: driver.provider, signal: stop, onError, onRetry },
    () => {
      ledger.countDeleteRequest(attempts++ > 0);
      return deletePrefixPage(request, call);
    },
  );
}

/** The keys that answers have named, so that none is counted twice and no service goes round in circles. */
class NamedKeys {
  readonly #all = new RepeatWatch();
  readonly #deleted = new RepeatWatch();

  /** What an answer says of keys that were not named before, and whether that is progress. */
  take({ deleted, failed }: DeletePrefixPage): { readonly news: News; readonly progress: boolean } {
    const newlyFailed = failed.filter(({ key }) => !this.#all.add(key));
    const newlyDeleted = deleted.filter(({ key }) => {
      this.#deleted.add(key);
      return !this.#all.add(key);
    });
    // A service that begins at the front each time comes to what it cannot delete again and again, and still gets on.
    const progress =
      (newlyDeleted.length > 0 && !this.#deleted.circles) || (newlyFailed.length > 0 && !this.#all.circles);
    return { news: { deleted: newlyDeleted, failed: newlyFailed }, progress };
  }
}

type News = Pick<DeletePrefixPage, 'deleted' | 'failed'>;

function checkPrefixOf(context: ServerPrefixContext, prefix: string, page: DeletePrefixPage): void {
  const outside = [...page.deleted, ...page.failed].find(({ key }) => !key.startsWith(prefix));
  if (!outside) return;
  throw corrupt(
    context,
    `it names ${quoteKey(outside.key)}, which is outside the prefix ${quoteKey(prefix)}`,
  );
}

async function settle(
  { pacer, ledger, stage }: ServerPrefixContext,
  { deleted, failed }: News,
): Promise<void> {
  const named = deleted.length + failed.length;
  ledger.listed += named;
  ledger.matched += named;
  ledger.countDeleted(deleted);
  ledger.markersCreated += deleted.filter(({ deleteMarker }) => deleteMarker).length;
  const again = failed.filter(({ reason }) => reason.retryable);
  for (const { reason, ...target } of failed) {
    if (!reason.retryable) await ledger.countFailed(target, reason, 1);
  }
  if (again.some(({ reason }) => reason.code === 'Throttled')) pacer.throttled();
  else pacer.succeeded();
  await stage.submit(again.map(({ reason: _reason, ...target }) => target));
}

function corrupt({ driver }: ServerPrefixContext, what: string): StoreError {
  return new StoreError('Corrupt', `the service cannot be trusted to delete by prefix: ${what}`, {
    provider: driver.provider,
    operation: 'deletePrefix',
  });
}
