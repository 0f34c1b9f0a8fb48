import { compareKeys, type OpenRange } from '@store/core';
import { boundaryIn, isSendable } from '@store/engine/ranges';

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

/** Parts that one is cut into at a time, at most: where keys are spread in another way than guessed, probes are for nothing. */
const AT_ONCE = 8;

/** Places among names that are like those that were seen; see `boundaryIn`. */
const AS_SEEN = Number.EPSILON;

/** How far from the cursor a boundary is looked for when there was none among these, one after the other: see `boundaryIn`. */
const REACHES = [0, 0.5, 0.75, 1] as const;

/**
 * Places that cut ranges so that there are about as many as this, or fewer: behind each of them something is left. It takes
 * a page for each range that is cut and a short listing for each place, those of one round side by side: each round cuts what
 * the one before has made.
 *
 * @param onSure called once, as soon as it is known that there will be several parts
 */
export async function cutsIn(
  ranges: readonly OpenRange[],
  wanted: number,
  ground: Ground,
  onSure: () => void = () => undefined,
): Promise<readonly string[]> {
  const cuts: string[] = [];
  let isSure = false;
  const sayIfSure = (): void => {
    if (isSure || ranges.length + cuts.length < 2) return;
    isSure = true;
    onSure();
  };
  const elsewhere: string[] = [];
  let parts: readonly Ends[] = ranges;
  sayIfSure();
  while (parts.length > 0 && ranges.length + cuts.length < wanted) {
    const missing = wanted - ranges.length - cuts.length;
    // The last ones are those that were split off first, and have most left.
    const chosen = parts.slice(-missing);
    const more = Math.min(AT_ONCE - 1, Math.ceil(missing / chosen.length));
    const found = await Promise.all(
      chosen.map(async (part) => ({ part, places: await placesIn(part, more, { ground, elsewhere }) })),
    );
    parts = found.flatMap(({ part, places }) => {
      const inside = places.slice(0, wanted - ranges.length - cuts.length);
      cuts.push(...inside);
      return inside.length === 0 ? [] : partsOf(part, inside);
    });
    sayIfSure();
  }
  return cuts;
}

type Ends = Pick<OpenRange, 'after' | 'upto'>;

interface Known {
  readonly ground: Ground;
  /** Names that were seen in all parts. */
  readonly elsewhere: string[];
}

/** Places in a part, in order, so many at most: between two of them, and behind the last one, something is left. */
async function placesIn({ after, upto }: Ends, most: number, known: Known): Promise<readonly string[]> {
  const { ground, elsewhere } = known;
  const { prefix, maxKeyBytes, look } = ground;
  const { names, truncated } = await look(after);
  const cursor = names.at(-1);
  // It has hardly more than a page.
  if (!truncated || cursor === undefined || !isBefore(cursor, upto)) return [];
  const step = Math.max(1, Math.floor(names.length / SAMPLE));
  const sample = names.filter((_name, index) => index % step === 0);
  const placeAt = (reach: number, kept: number): string | undefined => {
    const place = boundaryIn({ prefix, cursor, upto, sample, elsewhere }, reach, kept);
    const isInside = compareKeys(place, cursor) > 0 && isBefore(place, upto);
    return isInside && isSendable(place, maxKeyBytes) ? place : undefined;
  };
  /** What stands behind a place, in the part. */
  const nextTo = async (place: string): Promise<string | undefined> => {
    const [next] = (await look(place, 1)).names;
    return next !== undefined && (upto === undefined || compareKeys(next, upto) <= 0) ? next : undefined;
  };
  const guesses = Array.from({ length: most }, (_, index) => placeAt(AS_SEEN, (index + 1) / (most + 1)));
  const guessed = Array.from(new Set(guesses.filter((place) => place !== undefined))).toSorted(compareKeys);
  const seen = await Promise.all(guessed.map(async (place) => ({ place, next: await nextTo(place) })));
  const good = seen.flatMap(({ place, next }, index) =>
    next === undefined || next === seen[index + 1]?.next ? [] : [{ place, next }],
  );
  elsewhere.push(...good.map(({ next }) => next));
  if (good.length > 0) return good.map(({ place }) => place);
  for (const reach of REACHES) {
    const place = placeAt(reach, 1 / 2);
    if (place !== undefined && !guessed.includes(place) && (await nextTo(place)) !== undefined)
      return [place];
  }
  return [];
}

function partsOf({ after, upto }: Ends, places: readonly string[]): readonly Ends[] {
  return [...places, undefined].map((place, index) => ({
    after: index === 0 ? after : places[index - 1],
    upto: place ?? upto,
  }));
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
    return partsOf(range, inside).map((part) => ({ id, pass, ...part }));
  });
}

function isBefore(name: string, upto: string | undefined): boolean {
  return upto === undefined || compareKeys(name, upto) < 0;
}
