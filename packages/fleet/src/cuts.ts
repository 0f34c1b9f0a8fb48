import { compareKeys, type OpenRange } from '@store/core';
import { boundaryIn, isSendable } from '@store/core/extend';

/** Names that a listing shows behind a place, in order. */
export interface Shown {
  readonly names: readonly string[];
  /** There are more behind them. */
  readonly truncated: boolean;
}

/** What ranges are cut by. */
export interface Ground {
  readonly prefix: string;
  readonly maxKeyBytes: number;
  /** One request. @param count most names wanted; undefined: a page */
  readonly look: (after: string | undefined, count?: number) => Promise<Shown>;
}

/** Names that are guessed by, of a page. */
const SAMPLE = 25;

/** How far from the cursor a boundary is looked for, one after the other: see `boundaryIn`. */
const REACHES = [0, 0.5, 0.75, 1] as const;

/**
 * Places that cut ranges so that there are about as many as this, or fewer: behind each of them something is left. It takes
 * two requests for each, those of one round side by side: each round cuts all that the one before has made.
 */
export async function cutsIn(
  ranges: readonly OpenRange[],
  wanted: number,
  ground: Ground,
): Promise<readonly string[]> {
  const cuts: string[] = [];
  let parts: readonly Ends[] = ranges;
  while (parts.length > 0 && ranges.length + cuts.length < wanted) {
    const missing = wanted - ranges.length - cuts.length;
    const found = await Promise.all(
      // The last ones are those that were split off first, and have most left.
      parts.slice(-missing).map(async (part) => ({ part, cut: await cutIn(part, ground) })),
    );
    parts = found.flatMap(({ part, cut }) => {
      if (cut === undefined) return [];
      cuts.push(cut);
      return [
        { after: part.after, upto: cut },
        { after: cut, upto: part.upto },
      ];
    });
  }
  return cuts;
}

type Ends = Pick<OpenRange, 'after' | 'upto'>;

async function cutIn({ after, upto }: Ends, ground: Ground): Promise<string | undefined> {
  const { prefix, maxKeyBytes, look } = ground;
  const { names, truncated } = await look(after);
  const cursor = names.at(-1);
  // It has hardly more than a page.
  if (!truncated || cursor === undefined || !isBefore(cursor, upto)) return undefined;
  const step = Math.max(1, Math.floor(names.length / SAMPLE));
  const sample = names.filter((_name, index) => index % step === 0);
  for (const reach of REACHES) {
    const boundary = boundaryIn({ prefix, cursor, upto, sample, elsewhere: [] }, reach);
    const isInside = compareKeys(boundary, cursor) > 0 && isBefore(boundary, upto);
    if (!isInside || !isSendable(boundary, maxKeyBytes)) continue;
    const [next] = (await look(boundary, 1)).names;
    if (next !== undefined && (upto === undefined || compareKeys(next, upto) <= 0)) return boundary;
  }
  return undefined;
}

/** The ranges as they are when they are cut where these places are inside of them. */
export function cutAt(ranges: readonly OpenRange[], cuts: readonly string[]): readonly OpenRange[] {
  return ranges.flatMap((range) => {
    const inside = cuts
      .filter(
        (cut) =>
          (range.after === undefined || compareKeys(cut, range.after) > 0) && isBefore(cut, range.upto),
      )
      .toSorted(compareKeys);
    const { id, pass } = range;
    return [...inside, undefined].map((cut, index) => ({
      id,
      pass,
      after: index === 0 ? range.after : inside[index - 1],
      upto: cut ?? range.upto,
    }));
  });
}

function isBefore(name: string, upto: string | undefined): boolean {
  return upto === undefined || compareKeys(name, upto) < 0;
}
