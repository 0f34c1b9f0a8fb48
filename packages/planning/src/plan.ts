import type { Capabilities } from '@store/core';
import { defineOptions, optionTypes as types } from '@store/driver';
import { IN_FLIGHT } from '@store/engine';
import * as v from 'valibot';
import type { PrefixEstimate } from './estimate.js';
import type { RequestPrices, RequestRate, ServiceTerms } from './terms.js';

/** One way to delete what is under a prefix. */
export interface StrategyPlan {
  readonly strategy: 'batch' | 'single' | 'server-prefix' | 'lifecycle' | 'tag-job';
  /** Requests that this machine sends. */
  readonly requests: number;
  /** How long that takes at least, in milliseconds; undefined where the provider takes its own time. */
  readonly atLeastMs?: number | undefined;
  /** How long it takes at the rate that the provider publishes, in milliseconds; undefined where it publishes none. */
  readonly atPublishedRateMs?: number | undefined;
  /** What the requests, or the provider's own work, cost; undefined where no price is known. */
  readonly cost?: { readonly amount: number; readonly currency: string } | undefined;
  /** What it cannot do, and what has to be known. */
  readonly notes: readonly string[];
}

export interface PlanOptions {
  /** The provider has jobs (`openJobs`). Default false. */
  readonly jobs?: boolean | undefined;
  /** Requests in flight. Default 32. */
  readonly concurrency?: number | undefined;
  /** Keys deleted in a second, at most. Default: as many as can be listed. */
  readonly maxKeysPerSecond?: number | undefined;
  /** What the provider publishes (`storeTerms`). Default: nothing is known, and no cost is reckoned. */
  readonly terms?: ServiceTerms | undefined;
}

const OPTIONS = defineOptions<PlanOptions>()('planDeletion', {
  jobs: { type: types.flag },
  concurrency: { type: types.concurrency },
  maxKeysPerSecond: { type: types.rate },
  terms: { type: () => types.plain(v.looseObject({})) },
});

/** A lifecycle rule is read, written, and read again. */
const RULE = { reads: 2, writes: 1 };

const OWN_TIME = 'the provider begins after a day, and takes its own time';

/**
 * What each strategy that a store has would take for what was estimated. Times reckon with the pace at which the estimate
 * was listed, and are the least: services slow down who asks for much, and a delete takes them longer than a listing.
 *
 * @throws StoreError `InvalidArgument` for options that are misspelt or of the wrong type
 */
export function planDeletion(
  estimate: PrefixEstimate,
  capabilities: Capabilities,
  options: PlanOptions = {},
): readonly StrategyPlan[] {
  OPTIONS.check(options);
  const { objects, pageMs, requestMs } = estimate;
  const { concurrency = IN_FLIGHT, maxKeysPerSecond = Infinity, terms = {} } = options;
  const { batchDelete, prefixDelete, lifecycle, list, tags } = capabilities;
  const lists = Math.max(1, Math.ceil(objects / list.maxPageSize));
  const slowest = (...ms: readonly number[]): number => Math.max(...ms, (objects / maxKeysPerSecond) * 1000);
  // Where a listing can begin anywhere, its pages come side by side too.
  const inARow = list.order === 'utf8' ? Math.min(lists, 3) : lists;
  const byClient = (deletes: number, deleteMs: number) => ({
    requests: lists + deletes,
    atLeastMs: slowest(inARow * pageMs, (lists * pageMs + deletes * deleteMs) / concurrency),
    atPublishedRateMs: publishedMs(terms.rate, objects, deletes),
    cost: costOf(terms.prices, { list: lists, delete: deletes }),
  });
  const plans: StrategyPlan[] = [];
  if (batchDelete) {
    const batches = Math.ceil(objects / batchDelete.maxKeys);
    plans.push({ strategy: 'batch', ...byClient(batches, pageMs), notes: [] });
  }
  plans.push({
    strategy: 'single',
    ...byClient(objects, requestMs),
    notes: batchDelete
      ? ['one request for each key']
      : ['there is no batch delete: one request for each key'],
  });
  if (prefixDelete) {
    const requests = Math.max(1, Math.ceil(objects / prefixDelete.maxKeys));
    plans.push({
      strategy: 'server-prefix',
      requests,
      atLeastMs: slowest(requests * pageMs),
      notes: ['no filters, no versions: everything that is current'],
    });
  }
  if (!lifecycle) return plans;
  plans.push({
    strategy: 'lifecycle',
    requests: RULE.reads + RULE.writes,
    cost: costOf(terms.prices, { write: RULE.writes, expire: objects }),
    notes: [OWN_TIME, 'it takes what is written later as well, and there is no account of single keys'],
  });
  if (options.jobs && tags) {
    plans.push({
      strategy: 'tag-job',
      // And one for the job.
      requests: RULE.reads + RULE.writes + 1,
      notes: [OWN_TIME, 'the job needs a role and a bucket for its report; what is written later stays'],
    });
  }
  return plans;
}

function publishedMs(rate: RequestRate | undefined, keys: number, requests: number): number | undefined {
  if (!rate) return undefined;
  const { keysPerSecond = Infinity, requestsPerSecond = Infinity } = rate;
  return 1000 * Math.max(keys / keysPerSecond, requests / requestsPerSecond);
}

/** @param counts of requests, or of objects that expire, by what their price is called */
function costOf(
  prices: RequestPrices | undefined,
  counts: { readonly [K in 'list' | 'delete' | 'write' | 'expire']?: number },
): StrategyPlan['cost'] {
  if (!prices) return undefined;
  const { list = 0, delete: deletes = 0, write = 0, expire = 0 } = counts;
  const thousands =
    list * prices.list + deletes * prices.delete + write * prices.write + expire * prices.expire;
  return { amount: thousands / 1000, currency: prices.currency };
}
