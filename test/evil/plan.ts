import type { DeleteManyOptions, DeletePrefixOptions } from '@store/core';
import type { Kind } from './ask.js';
import { MIN_SIZE, OLDER_THAN } from './bucket.js';
import type { Random } from './random.js';

/** What is called on the store, with what options. */
export type Plan =
  | { readonly call: 'list' | 'listVersions'; readonly toldOfUnnameable: boolean }
  | { readonly call: 'delete' }
  | { readonly call: 'deleteMany'; readonly options: DeleteManyOptions }
  | { readonly call: 'deletePrefix'; readonly options: DeletePrefixOptions };

/** The glob of what a run may keep, and the same in other words. */
const KEPT = 'keep/**';
export const KEPT_BEGINS = 'keep/';

interface PlanWishes {
  /** One request at a time. */
  readonly light: boolean;
  /** With filters, where the call knows any. */
  readonly filtered: boolean;
}

/** A call that sends requests of this kind. */
export function randomPlan(random: Random, kind: Kind, { light, filtered }: PlanWishes): Plan {
  const toldOfUnnameable = random.chance(0.5);
  const concurrency = light ? 1 : random.pick([1, 2, 8]);
  const either = random.pick(['batch', 'single', undefined]);
  switch (kind) {
    case 'list':
      if (random.chance(filtered ? 0.1 : 0.4)) return { call: 'list', toldOfUnnameable };
      return {
        call: 'deletePrefix',
        options: { ...filters(random, filtered), concurrency, strategy: either },
      };
    case 'versions':
      if (random.chance(filtered ? 0.1 : 0.3)) return { call: 'listVersions', toldOfUnnameable };
      return {
        call: 'deletePrefix',
        options: {
          ...filters(random, filtered),
          concurrency,
          strategy: either,
          versions: random.pick(['all', 'all', 'noncurrent']),
          deleteMarkers: random.pick([undefined, undefined, 'all', 'expired', 'keep']),
        },
      };
    case 'deleteOne':
      if (random.chance(0.3)) return { call: 'delete' };
      return deleting(random, { concurrency, strategy: 'single' });
    case 'deleteBatch':
      return deleting(random, { concurrency, strategy: 'batch' });
    case 'deletePrefix':
      return {
        call: 'deletePrefix',
        options: { concurrency, strategy: 'server-prefix', verify: random.chance(0.4) },
      };
  }
}

function deleting(random: Random, options: DeleteManyOptions): Plan {
  if (random.chance(0.3)) return { call: 'deleteMany', options };
  const versions = random.pick(['current', 'current', 'all'] as const);
  return { call: 'deletePrefix', options: { ...filters(random), ...options, versions } };
}

function filters(random: Random, filtered = false): DeletePrefixOptions {
  const byFact = filtered ? 0.8 : 0.35;
  return {
    ...(random.chance(byFact) ? { olderThan: OLDER_THAN } : {}),
    ...(random.chance(byFact) ? { minSize: MIN_SIZE } : {}),
    ...(random.chance(0.3) ? { exclude: KEPT } : {}),
    ...(random.chance(0.06) ? { dryRun: true } : {}),
    ...(random.chance(0.06) ? { maxDelete: 2 } : {}),
    verify: random.chance(0.4),
  };
}
