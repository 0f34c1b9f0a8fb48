import type { Clock, Unnameable } from '@store/driver';
import type { Page } from '../follow-pages.js';
import type { SplitRules } from '../split-rules.js';
import type { KeyRange } from './key-range.js';

/** What is listed, and how. */
export interface RangeSource<P extends Page> {
  readonly prefix: string;
  /** Pages behind a key, in order, each checked: one that does not begin behind it is `Corrupt`. */
  readonly pages: (after: string | undefined, signal: AbortSignal) => AsyncIterable<P>;
  readonly size: (page: P) => number;
  readonly keyAt: (page: P, index: number) => string;
  /** A key can have several entries, also on several pages. */
  readonly several?: boolean | undefined;
  /** Longest key in bytes of UTF-8. */
  readonly maxKeyBytes: number;
  /** The entries from one index up to another one, exclusive, and what could not be named. */
  readonly part: (page: P, from: number, to: number, unnameable: readonly Unnameable[]) => P;
  /** Some of the directories right below one, in order, from the one that a key is in; where a store can tell. */
  readonly directories?:
    ((inside: string, from: string, signal: AbortSignal) => Promise<readonly string[]>) | undefined;
}

export interface RangeSettings {
  readonly clock: Pick<Clock, 'now'>;
  readonly rules: SplitRules;
  /** Most pages asked for at the same time. */
  readonly concurrency: number;
  /** So many pages at a time are worth having now, asked before each split; none while the reader has more than it can deal with. Default: all. */
  readonly worthwhile?: (() => number) | undefined;
  /** Asked before each further page of a range: resolves when the reader wants it; undefined: now. Others are listed meanwhile. */
  readonly holds?: ((range: KeyRange, signal: AbortSignal) => Promise<void> | undefined) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** What to list, where that is not everything. None of them overlap. */
  readonly ranges?: readonly KeyRange[] | undefined;
  /** Told of each split, before a page of either range comes. */
  readonly onSplit?: ((lower: KeyRange, upper: KeyRange) => void) | undefined;
  /** Told of each range of which no page has come, and none will. */
  readonly onEmpty?: ((range: KeyRange) => void) | undefined;
  /** Told when the service does not list from the middle as it should: everything is listed from the beginning then. */
  readonly onSerial?: ((message: string) => void) | undefined;
  /** Told of each page that named nothing new. */
  readonly onWasted?: (() => void) | undefined;
}

/** A page of one of the ranges that a listing was split into. */
export interface RangedPage<P> {
  readonly range: KeyRange;
  readonly page: P;
  /** Nothing comes of this range any more. */
  readonly last: boolean;
}
