import type { Capabilities } from '../capabilities.js';
import { BATCHES_IN_FLIGHT, SINGLES_IN_FLIGHT } from '../deletion/run.js';
import type { PrefixEstimate } from './estimate.js';

/** One way to delete what is under a prefix. */
export interface StrategyPlan {
  readonly strategy: 'batch' | 'single' | 'server-prefix' | 'lifecycle' | 'tag-job';
  /** Requests that this machine sends. */
  readonly requests: number;
  /** How long that takes at least, in milliseconds; undefined where the provider takes its own time. */
  readonly atLeastMs?: number | undefined;
  /** What it cannot do, and what has to be known. */
  readonly notes: readonly string[];
}

export interface PlanOptions {
  /** The provider has jobs (`openJobs`). Default false. */
  readonly jobs?: boolean | undefined;
  /** Delete requests in flight. Default 8 batches, 32 single ones. */
  readonly concurrency?: number | undefined;
  /** Keys deleted in a second, at most. Default: as many as can be listed. */
  readonly maxKeysPerSecond?: number | undefined;
}

/** Requests of a lifecycle rule: read, write, read again. */
const RULE_REQUESTS = 3;

const OWN_TIME = 'the provider begins after a day, and takes its own time';

/**
 * What each strategy that a store has would take for what was estimated. Times reckon with the pace at which the estimate
 * was listed, and are the least: services slow down who asks for much.
 */
export function planDeletion(
  estimate: PrefixEstimate,
  capabilities: Capabilities,
  options: PlanOptions = {},
): readonly StrategyPlan[] {
  const { objects, pageMs } = estimate;
  const { concurrency, maxKeysPerSecond = Infinity } = options;
  const { batchDelete, prefixDelete, lifecycle, list, tags } = capabilities;
  const pages = Math.max(1, Math.ceil(objects / list.maxPageSize));
  const slowest = (...ms: readonly number[]): number => Math.max(...ms, (objects / maxKeysPerSecond) * 1000);
  const plans: StrategyPlan[] = [];
  if (batchDelete) {
    const batches = Math.ceil(objects / batchDelete.maxKeys);
    const atLeastMs = slowest(pages * pageMs, (batches * pageMs) / (concurrency ?? BATCHES_IN_FLIGHT));
    plans.push({ strategy: 'batch', requests: pages + batches, atLeastMs, notes: [] });
  }
  plans.push({
    strategy: 'single',
    requests: pages + objects,
    atLeastMs: slowest(pages * pageMs, (objects * pageMs) / (concurrency ?? SINGLES_IN_FLIGHT)),
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
    requests: RULE_REQUESTS,
    notes: [OWN_TIME, 'it takes what is written later as well, and there is no account of single keys'],
  });
  if (options.jobs && tags) {
    plans.push({
      strategy: 'tag-job',
      requests: RULE_REQUESTS + 1,
      notes: [OWN_TIME, 'the job needs a role and a bucket for its report; what is written later stays'],
    });
  }
  return plans;
}
