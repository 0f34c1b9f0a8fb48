import type { SampledEntry } from './sampler.js';
import { Tally } from './tally.js';

/** What stands directly under a prefix, as far as it was looked at. */
export interface Level {
  /** By what is known now. */
  readonly estimate: LevelEstimate;
  /** More pages would not tell much more. */
  readonly sure: boolean;
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

/** What was listed, and is not known to be all. */
export interface Listed {
  readonly entries: readonly SampledEntry[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Objects, and groups, that were not listed. */
  readonly missing: { readonly objects: number; readonly groups: number };
  readonly doubt: number;
}

export function estimateOf({ entries, now, missing, doubt }: Listed): LevelEstimate {
  const objects = entries.flatMap(({ object }) => object ?? []);
  const seen = entries.filter(({ object }) => object === undefined).map(({ name }) => name);
  return {
    objects: Tally.of(objects, now).scaled(objects.length === 0 ? 1 : 1 + missing.objects / objects.length),
    groups: seen.length + missing.groups,
    seen,
    listed: objects.length,
    doubt,
  };
}
