import type { SampledEntry } from './sampler.js';
import { Tally } from './tally.js';

/** What stands directly under a prefix, as far as it was looked at. */
export interface Level {
  /** By what is known now. */
  readonly estimate: LevelEstimate;
  /** More pages would not tell much more. */
  readonly sure: boolean;
  /** Enough was seen to say how far the estimate may be off. */
  readonly surveyed: boolean;
  /** Asks for up to so many pages more. */
  refine(pages: number): Promise<void>;
}

/** Objects, and groups up to the next delimiter. */
export interface LevelEstimate {
  readonly objects: Tally;
  readonly groups: number;
  /** Some of the groups, or all of them. */
  readonly seen: readonly string[];
  /** How many objects were really listed. */
  readonly listed: number;
  /** How far the numbers may be off, as a share of them; 0 when everything was listed. */
  readonly doubt: number;
}

/** What was listed; of objects no more than their sums, as there may be many. */
export interface Found {
  readonly objects: Tally;
  readonly groups: readonly string[];
}

/** @param now milliseconds since the epoch */
export function foundIn(entries: readonly SampledEntry[], now: number): Found {
  return {
    objects: Tally.of(
      entries.flatMap(({ object }) => object ?? []),
      now,
    ),
    groups: entries.filter(({ object }) => object === undefined).map(({ name }) => name),
  };
}

/** @param missing objects and groups that were not listed */
export function estimateOf(
  found: readonly Found[],
  missing: { readonly objects: number; readonly groups: number },
  doubt: number,
): LevelEstimate {
  const objects = found.reduce((sum, part) => sum.plus(part.objects), Tally.of([], 0));
  const seen = found.flatMap(({ groups }) => groups);
  const listed = objects.objects;
  return {
    objects: listed === 0 ? objects : objects.scaled(1 + missing.objects / listed),
    groups: seen.length + missing.groups,
    seen,
    listed,
    doubt,
  };
}
