import { compareKeys, type OpenRange, type Unsettled } from '@store/core';
import type { KeptIntent, NewPiece, PieceAccount } from './fleet-books.js';

/** What is left of a piece: where nobody has been, and what was sent there by somebody who did not hear the answer. */
export interface Rest {
  readonly ranges: readonly OpenRange[];
  readonly unsettled: readonly Unsettled[];
}

/** The account of a piece that has done nothing. It has these ranges and no others, of whichever listing they are. */
export function freshAccount(
  ranges: readonly Omit<OpenRange, 'id'>[],
  nextId = ranges.length + 1,
): PieceAccount {
  return {
    type: 'summary',
    passed: 2,
    filtered: 0,
    deleted: 0,
    bytes: 0,
    markersCreated: 0,
    elapsedMs: 0,
    nextId,
    ranges: ranges.map(({ pass, after, upto }, index) => ({
      id: index + 1,
      pass,
      ...(after === undefined ? {} : { after }),
      ...(upto === undefined ? {} : { upto }),
    })),
    failures: { byCode: {}, sample: [] },
    doubtful: [],
    closed: {},
  };
}

/**
 * What is left as so many pieces, or fewer. Ranges are dealt out in turn: those that were split off last stand next to each
 * other, and have least left.
 */
export function shared({ ranges, unsettled }: Rest, pieces: number): readonly NewPiece[] {
  const parts = Math.min(Math.max(1, pieces), ranges.length);
  return Array.from({ length: parts }, (_, part) => {
    const own = ranges.filter((_range, index) => index % parts === part);
    const intents = intentsOf(
      unsettled.filter((one) => own.some((range) => isIn(one, range))),
      own.length + 1,
    );
    return { account: freshAccount(own, own.length + 1 + intents.length), intents };
  });
}

/** What was sent, and no range that is left can show again: a listing has passed it and not seen it, so it is gone. */
export function settledBy({ ranges, unsettled }: Rest): readonly Unsettled[] {
  return unsettled.filter((one) => !ranges.some((range) => isIn(one, range)));
}

function isIn({ key, pass }: Unsettled, range: OpenRange): boolean {
  return (
    pass === range.pass &&
    (range.after === undefined || compareKeys(key, range.after) > 0) &&
    (range.upto === undefined || compareKeys(key, range.upto) <= 0)
  );
}

/** Keys of one listing in one intent. */
function intentsOf(unsettled: readonly Unsettled[], firstId: number): readonly KeptIntent[] {
  const passes = Array.from(new Set(unsettled.map(({ pass }) => pass)));
  return passes.map((pass, index) => {
    const own = unsettled.filter((one) => one.pass === pass);
    return {
      id: firstId + index,
      pass,
      keys: own.map(({ key }) => key),
      versions: own.map(({ versionId }) => versionId ?? null),
      sizes: own.map(({ size }) => size ?? null),
    };
  });
}
