import type { KeyRange } from '@store/engine/ranges';
import type { JournalRecord } from './journal.js';
import { Segment } from './segment.js';

/** What a page says to its range. */
export interface PageFacts {
  /** Its keys, in order, as they were listed. */
  readonly keyAt: (index: number) => string;
  readonly size: number;
  /** Several entries of one key may come, on several pages. */
  readonly several: boolean;
  /** Nothing comes of the range any more. */
  readonly last: boolean;
}

/** Where a run names itself in its records. */
export interface RecordContext {
  readonly pass: number;
  /** Keys come in an order that a listing can be taken up in. */
  readonly ordered: boolean;
  /** Whether the listing before left something there: then this one has to look again when that is settled. */
  readonly wasLeft: (part: {
    readonly after: string | undefined;
    readonly upto: string | undefined;
  }) => boolean;
  readonly nextId: () => number;
  readonly append: (record: JournalRecord) => void;
}

/** How far a run has come with one range: page by page, in its order, however late their outcomes come. */
export class RangeRecord {
  readonly id: number;
  readonly #range: KeyRange;
  readonly #context: RecordContext;
  /** The oldest first. Pages are added to the last one until it is closed. */
  readonly #segments: Segment[] = [];
  /** Everything up to it is settled, or left. */
  #at: string | undefined;
  /** What was left last: the next segment may belong to it. */
  #left: { readonly id: number; readonly after: string | undefined; upto: string | undefined } | undefined;

  constructor(id: number, range: KeyRange, context: RecordContext) {
    this.id = id;
    this.#range = range;
    this.#context = context;
    this.#at = range.cursor;
  }

  /** Takes a page up; returns the segment that an entry of a key belongs to. Close the page when all are known. */
  page({ keyAt, size, several, last }: PageFacts): { of(key: string): Segment; close(): void } {
    const current = this.#current();
    const lastKey = size === 0 ? undefined : keyAt(size - 1);
    if (last) {
      current.last = true;
      return { of: () => current, close: () => this.#close(current, undefined) };
    }
    if (!this.#context.ordered || lastKey === undefined) return { of: () => current, close: () => undefined };
    if (!several) return { of: () => current, close: () => this.#close(current, lastKey) };
    // The last key may have more versions: it belongs to what comes next.
    const end = keyBefore(lastKey, size, keyAt);
    if (end === undefined) return { of: () => current, close: () => undefined };
    const next = new Segment(() => this.#settle());
    this.#segments.push(next);
    return {
      of: (key) => (key === lastKey ? next : current),
      close: () => this.#close(current, end),
    };
  }

  /** Nothing was in it. */
  finish(): void {
    const current = this.#current();
    current.last = true;
    this.#close(current, undefined);
  }

  #current(): Segment {
    const last = this.#segments.at(-1);
    if (last && !last.closed) return last;
    const segment = new Segment(() => this.#settle());
    this.#segments.push(segment);
    return segment;
  }

  #close(segment: Segment, end: string | undefined): void {
    segment.end = end;
    segment.closed = true;
    this.#settle();
  }

  /** Writes down how far everything has its outcome. */
  #settle(): void {
    for (let first = this.#segments[0]; first?.settled; first = this.#segments[0]) {
      this.#segments.shift();
      const { filtered, last } = first;
      const at = last ? this.#range.upto : first.end;
      const isLeft = first.isLeft || this.#context.wasLeft({ after: this.#at, upto: at });
      if (isLeft) this.#leave(at);
      // What is left is counted when it is listed again.
      const counted = isLeft ? 0 : filtered;
      const { append } = this.#context;
      if (last) append({ type: 'done', range: this.id, filtered: counted });
      else if (at !== undefined) append({ type: 'cursor', range: this.id, at, filtered: counted });
      if (!isLeft) this.#left = undefined;
      this.#at = at;
    }
  }

  #leave(upto: string | undefined): void {
    const { append, nextId, pass } = this.#context;
    this.#left ??= { id: nextId(), after: this.#at, upto: undefined };
    this.#left.upto = upto;
    append({ type: 'left', of: this.id, pass, ...this.#left });
  }
}

/** The last key that is another one than the last. */
function keyBefore(lastKey: string, size: number, keyAt: (index: number) => string): string | undefined {
  for (let i = size - 2; i >= 0; i--) if (keyAt(i) !== lastKey) return keyAt(i);
  return undefined;
}
