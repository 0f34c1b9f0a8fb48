import {
  StoreError,
  type BatchDeleteResult,
  type BatchFacet,
  type DeletedTarget,
  type DeleteTarget,
  type DriverCall,
  type FailedTarget,
  type ListPage,
  type ListPageRequest,
  type StoreDriver,
  type StoreErrorCode,
} from '@store/core';
import { aroundCalls, type CallName } from '@store/wrappers';
import { seededRandom } from './seeded-random.js';

/** How a request or a key is refused. */
export interface Refusal {
  readonly code: StoreErrorCode;
  /** Default: what the code implies. */
  readonly retryable?: boolean | undefined;
  readonly providerCode?: string | undefined;
  readonly message?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly blocked?: boolean | undefined;
}

/** What a rule does to the calls that it applies to. */
export type FaultEffect =
  /** The request fails and does nothing. */
  | { readonly do: 'refuse'; readonly with: Refusal }
  /** The request is carried out and its answer is lost: a reset connection. */
  | { readonly do: 'lose'; readonly with: Refusal }
  /** Single keys of a delete are refused: in a batch by name inside the answer. `of` is a share of all keys, or a test. */
  | { readonly do: 'refuse-keys'; readonly of: number | ((key: string) => boolean); readonly with: Refusal }
  /** Keys of a batch are carried out (or not) and left out of its answer. */
  | { readonly do: 'omit-keys'; readonly of: number | ((key: string) => boolean); readonly deleted: boolean }
  /** A batch answer names a key that nobody asked for. */
  | { readonly do: 'invent-key'; readonly key: string }
  /** The page before comes again (on the first page: this one, marked as truncated, and then again). */
  | { readonly do: 'repeat-page' }
  /** The page says that there is more, and not where. */
  | { readonly do: 'drop-token' }
  /** The page gives back the token that it was asked with. */
  | { readonly do: 'repeat-token' }
  /** The page names a key outside the prefix. */
  | { readonly do: 'foreign-key'; readonly key: string }
  /** The entries of the page come backwards. */
  | { readonly do: 'reverse-page' };

export interface FaultRule {
  readonly operation: CallName | readonly CallName[];
  readonly effect: FaultEffect;
  /** Share of the calls that it applies to, 0 to 1. Default: all. */
  readonly probability?: number | undefined;
  /** Applies to the n-th call of the operation alone, from 1. */
  readonly nth?: number | undefined;
  /** Applies this often at most. */
  readonly times?: number | undefined;
}

export interface FaultPlan {
  readonly rules: readonly FaultRule[];
  /** The same seed gives the same faults for the same calls. Default 1. */
  readonly seed?: number | undefined;
}

/** One call that reached the wrapper. */
export interface CallRecord {
  readonly operation: CallName;
  /** How many keys it named; for lists, how many its page has. */
  readonly keys: number;
  /** The effects that were applied. */
  readonly faults: readonly FaultEffect['do'][];
  /** Keys that the driver underneath has really deleted. */
  readonly deleted: number;
  readonly failed: boolean;
}

/** The wrapper and what it saw. */
export interface FaultyDriver {
  readonly driver: StoreDriver;
  readonly log: readonly CallRecord[];
  /** The keys that the driver underneath has really deleted, as often as it was told to. */
  readonly deletedKeys: readonly string[];
}

/**
 * A driver that fails on purpose: around any driver, by a plan, reproducibly. It lies about what the driver
 * underneath did only as far as its rules say, so a report can be held against `log` and against the driver.
 */
export function withFaults(inner: StoreDriver, plan: FaultPlan): FaultyDriver {
  const injector = new FaultInjector(inner, plan);
  return { driver: injector.wrap(), log: injector.log, deletedKeys: injector.deletedKeys };
}

interface Applied {
  readonly rules: readonly FaultEffect[];
  deleted: number;
}

class FaultInjector {
  readonly log: CallRecord[] = [];
  readonly deletedKeys: string[] = [];
  readonly #inner: StoreDriver;
  readonly #plan: FaultPlan;
  readonly #random: () => number;
  readonly #calls = new Map<CallName, number>();
  readonly #applied = new Map<FaultRule, number>();
  #lastPage: ListPage | undefined;

  constructor(inner: StoreDriver, plan: FaultPlan) {
    this.#inner = inner;
    this.#plan = plan;
    this.#random = seededRandom(plan.seed ?? 1);
  }

  wrap(): StoreDriver {
    const inner = this.#inner;
    const { batch } = inner;
    return {
      ...aroundCalls(inner, ({ name }, proceed) => this.#around(name, 1, proceed)),
      list: { ...inner.list, page: (request, call) => this.#listPage(request, call) },
      delete: { ...inner.delete, one: (target, call) => this.#deleteOne(target, call) },
      batch: batch && {
        ...batch,
        delete: (targets, call) => this.#deleteBatch(batch, targets, call),
      },
    };
  }

  /** Applies what concerns every operation alike, and writes the log. */
  async #around<R>(operation: CallName, keys: number, work: (applied: Applied) => Promise<R>): Promise<R> {
    const applied: Applied = { rules: this.#draw(operation), deleted: 0 };
    const note = (failed: boolean): void => {
      this.log.push({
        operation,
        keys,
        faults: applied.rules.map((rule) => rule.do),
        deleted: applied.deleted,
        failed,
      });
    };
    try {
      const refusal = applied.rules.find((rule) => rule.do === 'refuse');
      if (refusal) throw this.#error(refusal.with, operation);
      const result = await work(applied);
      const loss = applied.rules.find((rule) => rule.do === 'lose');
      if (loss) throw this.#error(loss.with, operation);
      note(false);
      return result;
    } catch (error) {
      note(true);
      throw error;
    }
  }

  #draw(operation: CallName): FaultEffect[] {
    const call = (this.#calls.get(operation) ?? 0) + 1;
    this.#calls.set(operation, call);
    const drawn = this.#plan.rules.filter((rule) => {
      if (![rule.operation].flat().includes(operation)) return false;
      if (rule.nth !== undefined && rule.nth !== call) return false;
      if ((this.#applied.get(rule) ?? 0) >= (rule.times ?? Infinity)) return false;
      return rule.probability === undefined || this.#random() < rule.probability;
    });
    for (const rule of drawn) this.#applied.set(rule, (this.#applied.get(rule) ?? 0) + 1);
    return drawn.map(({ effect }) => effect);
  }

  async #listPage(request: ListPageRequest, call: DriverCall): Promise<ListPage> {
    return this.#around('list.page', request.maxKeys, async ({ rules }) => {
      let page = await this.#inner.list.page(request, call);
      for (const effect of rules) page = distort(page, effect, request, this.#lastPage);
      this.#lastPage = page;
      return page;
    });
  }

  async #deleteOne(target: DeleteTarget, call: DriverCall): Promise<DeletedTarget> {
    return this.#around('delete.one', 1, async (applied) => {
      for (const effect of applied.rules) {
        if (effect.do === 'refuse-keys' && this.#hits(effect.of, target.key))
          throw this.#error(effect.with, 'deleteOne', target.key);
      }
      const result = await this.#inner.delete.one(target, call);
      this.#noteDeleted(applied, [target]);
      return result;
    });
  }

  async #deleteBatch(
    batch: BatchFacet,
    targets: readonly DeleteTarget[],
    call: DriverCall,
  ): Promise<BatchDeleteResult> {
    return this.#around('batch.delete', targets.length, async (applied) => {
      const failed: FailedTarget[] = [];
      const omitted = new Set<DeleteTarget>();
      const sent: DeleteTarget[] = [];
      for (const target of targets) {
        const effect = applied.rules.find(
          (rule) => (rule.do === 'refuse-keys' || rule.do === 'omit-keys') && this.#hits(rule.of, target.key),
        );
        if (effect?.do === 'refuse-keys') {
          failed.push({ ...target, reason: this.#error(effect.with, 'deleteBatch', target.key) });
          continue;
        }
        if (effect?.do === 'omit-keys') omitted.add(target);
        if (effect?.do !== 'omit-keys' || effect.deleted) sent.push(target);
      }
      const answer = sent.length === 0 ? { deleted: [], failed: [] } : await batch.delete(sent, call);
      this.#noteDeleted(applied, answer.deleted);
      const omittedKeys = new Set([...omitted].map(({ key }) => key));
      const invented = applied.rules.flatMap((rule) => (rule.do === 'invent-key' ? [{ key: rule.key }] : []));
      return {
        deleted: [...answer.deleted.filter(({ key }) => !omittedKeys.has(key)), ...invented],
        failed: [...answer.failed, ...failed],
      };
    });
  }

  #noteDeleted(applied: Applied, targets: readonly DeleteTarget[]): void {
    applied.deleted += targets.length;
    for (const { key } of targets) this.deletedKeys.push(key);
  }

  #hits(of: number | ((key: string) => boolean), key: string): boolean {
    return typeof of === 'number' ? this.#random() < of : of(key);
  }

  #error(refusal: Refusal, operation: string, key?: string): StoreError {
    const { code, message = `injected ${refusal.providerCode ?? code}`, ...details } = refusal;
    return new StoreError(code, message, { ...details, operation, key, provider: this.#inner.provider });
  }
}

function distort(
  page: ListPage,
  effect: FaultEffect,
  request: ListPageRequest,
  last: ListPage | undefined,
): ListPage {
  switch (effect.do) {
    case 'repeat-page':
      return last && last.objects.length > 0
        ? { ...last, truncated: true, nextToken: page.nextToken ?? 'again' }
        : page;
    case 'drop-token':
      return { ...page, truncated: true, nextToken: undefined };
    case 'repeat-token':
      return { ...page, truncated: true, nextToken: request.token ?? page.nextToken };
    case 'foreign-key':
      return { ...page, objects: [...page.objects, { key: effect.key, size: 1, lastModified: new Date(0) }] };
    case 'reverse-page':
      return { ...page, objects: page.objects.toReversed() };
    default:
      return page;
  }
}
