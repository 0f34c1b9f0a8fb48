import { compareKeys } from '@store/core';
import type { Bin, ClassShare, Share, Tally } from './tally.js';

/** What the objects under a prefix are like. Estimates, as the count is; shares are rounded each for itself. */
export interface Distribution {
  /** Objects by their size in bytes. */
  readonly sizes: readonly Bin[];
  /** Objects by the days since they were written. */
  readonly ages: readonly Bin[];
  readonly classes: readonly ClassShare[];
  /** By sub-prefix, up to the next delimiter. */
  readonly groups: GroupShares;
}

export interface GroupShares {
  /** What the sub-prefixes are of: the estimate's prefix, or further down, where that has a single sub-prefix only. */
  readonly prefix: string;
  /** Directly under it. */
  readonly direct: Share;
  /** Of those that were looked at, the ones with the most objects, at most 20. */
  readonly largest: readonly GroupShare[];
  /** All other sub-prefixes. */
  readonly others: Share & { readonly groups: number };
}

export interface GroupShare extends Share {
  readonly prefix: string;
}

/** A level, and what was found in those of its groups that were looked at. */
export interface Branching {
  readonly prefix: string;
  readonly direct: Tally;
  /** How many groups there are, by estimate. */
  readonly groups: number;
  readonly children: readonly { readonly prefix: string; readonly tally: Tally }[];
}

const MOST_GROUPS = 20;

export function distributionOf({ prefix, direct, groups, children }: Branching, total: Tally): Distribution {
  const largest = children
    .map((child) => ({ prefix: child.prefix, ...child.tally.share() }))
    .toSorted((a, b) => b.objects - a.objects || compareKeys(a.prefix, b.prefix))
    .slice(0, MOST_GROUPS);
  const named = largest.reduce(plus, direct.share());
  const { objects, bytes } = total.share();
  return {
    sizes: total.sizes(),
    ages: total.ages(),
    classes: total.classes(),
    groups: {
      prefix,
      direct: direct.share(),
      largest,
      others: {
        groups: Math.round(groups) - largest.length,
        objects: Math.max(0, objects - named.objects),
        bytes: Math.max(0, bytes - named.bytes),
      },
    },
  };
}

function plus(a: Share, b: Share): Share {
  return { objects: a.objects + b.objects, bytes: a.bytes + b.bytes };
}
