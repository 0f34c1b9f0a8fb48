import { quoteKey, StoreError, type PrefixDeleteFacet, type DeletePrefixPage } from '@store/driver';
import { RepeatWatch, type Engine, type Purpose } from '@store/engine';
import type { Candidate } from './candidate.js';
import { DeleteStage } from './delete-stage.js';
import { keyStrategy } from './listed-run.js';
import type { DeleteManyOptions } from './options.js';
import type { DeletionReport } from './report.js';
import { tellOfCharge } from './requester-charge.js';
import { Run, type RunCompany, type RunSource } from './run.js';

/** What the service says is left, and never deletes, ends the run after this many answers in a row that say nothing new. */
const MAX_EMPTY_ANSWERS = 10;

/**
 * Has the service delete everything under a prefix, page by page, until it says that nothing is left. Only what an
 * answer names counts as deleted.
 *
 * @throws DeletionError `Corrupt` when the service names keys outside the prefix, or says that there is more and names
 * nothing, or nothing but what it named before
 */
export async function runByServer<T extends Candidate>(
  engine: Engine,
  source: RunSource<T>,
  options: DeleteManyOptions,
  company?: RunCompany,
): Promise<DeletionReport> {
  const { prefixDelete } = engine.driver;
  if (!prefixDelete) throw engine.unsupported('deletePrefix', 'the strategy server-prefix');
  return new ServerRun(engine, prefixDelete, source.prefix ?? '', { options, company }).perform(source);
}

class ServerRun {
  readonly strategy = 'server-prefix';
  readonly #facet: PrefixDeleteFacet;
  readonly #prefix: string;
  readonly #run: Run;
  /** Sees the keys through that the service could not delete. */
  readonly #stage: DeleteStage;
  readonly #named = new NamedKeys();

  constructor(
    engine: Engine,
    facet: PrefixDeleteFacet,
    prefix: string,
    { options, company }: { readonly options: DeleteManyOptions; readonly company: RunCompany | undefined },
  ) {
    this.#facet = facet;
    this.#prefix = prefix;
    const strategy = keyStrategy(engine, {});
    this.#run = new Run(engine, options, facet.maxKeys, company);
    this.#stage = new DeleteStage(this.#run, strategy);
  }

  perform<T extends Candidate>(source: RunSource<T>): Promise<DeletionReport> {
    return this.#run.perform(source, this);
  }

  async deleteAll(): Promise<void> {
    await this.#run.attempt('deletePrefix', () => this.#deletePages());
    await this.#stage.drain();
  }

  async #deletePages(): Promise<void> {
    const { pacer, ledger, pass, progress, keeper } = this.#run;
    let token: string | undefined;
    let empty = 0;
    while (!this.#run.over) {
      this.#run.maxDeleteReached = this.#run.allowance <= 0;
      if (this.#run.maxDeleteReached) return;
      const maxKeys = Math.min(pacer.batchSize, this.#run.allowance);
      if (!(await pacer.acquire(maxKeys))) return;
      let page: DeletePrefixPage;
      try {
        await keeper?.sweep(maxKeys);
        page = await this.#request({ token, maxKeys });
      } finally {
        pacer.release();
      }
      this.#checkPrefixOf(page);
      tellOfCharge(ledger, pass, page);
      const { news, progress: onward } = this.#named.take(page);
      await this.#settle(news);
      this.#run.allowance -= page.deleted.length + page.failed.length;
      empty = onward ? 0 : empty + 1;
      progress.changed();
      if (!page.truncated) return;
      if (empty >= MAX_EMPTY_ANSWERS) {
        throw this.#corrupt(
          `it sent ${empty} answers that name no key, or none that it had not named, and says that there is more`,
        );
      }
      // Without a token the next request begins anew: what was deleted is gone.
      token = page.nextToken;
    }
  }

  #request(position: {
    readonly token: string | undefined;
    readonly maxKeys: number;
  }): Promise<DeletePrefixPage> {
    const { engine, ledger, stop, pass } = this.#run;
    const purpose: Purpose = {
      operation: 'deletePrefix',
      signal: stop,
      pass,
      unbroken: true,
      onRequest: (again) => ledger.countDeleteRequest(again),
      onError: (error) => {
        if (error.adjusted !== undefined) ledger.warn(error.adjusted);
        else if (error.code === 'Throttled') this.#run.throttled(error);
        else {
          ledger.warn(
            `an answer of the service was lost (${error.reason}); what it deleted by that request is not counted`,
          );
        }
      },
    };
    return engine.request(purpose, (call) => this.#facet.page({ prefix: this.#prefix, ...position }, call));
  }

  #checkPrefixOf({ deleted, failed }: DeletePrefixPage): void {
    const outside = [...deleted, ...failed].find(({ key }) => !key.startsWith(this.#prefix));
    if (!outside) return;
    throw this.#corrupt(
      `it names ${quoteKey(outside.key)}, which is outside the prefix ${quoteKey(this.#prefix)}`,
    );
  }

  async #settle({ deleted, failed }: News): Promise<void> {
    const { ledger, pacer, keeper } = this.#run;
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
    else pacer.succeeded(deleted.length);
    const targets = again.map(({ reason: _reason, ...target }) => target);
    for (const target of targets) keeper?.expect(target);
    await this.#stage.submit(targets);
  }

  #corrupt(what: string): StoreError {
    return new StoreError('Corrupt', `the service cannot be trusted to delete by prefix: ${what}`, {
      provider: this.#run.engine.provider,
      operation: 'deletePrefix',
    });
  }
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
