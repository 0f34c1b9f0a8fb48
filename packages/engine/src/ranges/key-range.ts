import { compareKeys, quoteKey, StoreError } from '@store/driver';

/** A range as plain data, to be written down and taken up again. */
export interface KeyRangeState {
  /** Undefined: from the first key on. */
  readonly after?: string | undefined;
  /** Undefined: to the last key. */
  readonly upto?: string | undefined;
  /** The last key that has been dealt with; undefined while there is none. */
  readonly cursor?: string | undefined;
  readonly complete: boolean;
}

/**
 * The keys behind `after`, up to and including `upto`, in the order of their UTF-8 bytes, and how far somebody has come
 * with them. Boundaries need not be keys that there are. Who works on a range, and how, is nothing to it.
 *
 * Ranges that come from one by splitting have each of its keys in exactly one of them, whenever they were split.
 */
export class KeyRange {
  readonly after: string | undefined;
  #upto: string | undefined;
  #cursor: string | undefined;
  #complete: boolean;

  constructor({ after, upto, cursor, complete = false }: Partial<KeyRangeState> = {}) {
    this.after = after;
    this.#upto = upto;
    this.#cursor = cursor;
    this.#complete = complete;
  }

  get upto(): string | undefined {
    return this.#upto;
  }

  /** What is left begins behind this. */
  get cursor(): string | undefined {
    return this.#cursor ?? this.after;
  }

  /** Every key has been dealt with. */
  get complete(): boolean {
    return this.#complete;
  }

  has(key: string): boolean {
    return (
      (this.after === undefined || compareKeys(key, this.after) > 0) &&
      (this.#upto === undefined || compareKeys(key, this.#upto) <= 0)
    );
  }

  /**
   * All keys up to this one have been dealt with; at the end of the range it is complete.
   *
   * @param more something of this very key may follow, such as older versions
   */
  advance(key: string, more = false): void {
    this.#cursor = key;
    if (!more && this.#upto !== undefined && compareKeys(key, this.#upto) >= 0) this.#complete = true;
  }

  /** There is nothing behind the cursor. */
  finish(): void {
    this.#complete = true;
  }

  /** Whether it can be split at this place: something may be on both sides. */
  splitsAt(at: string): boolean {
    const { cursor } = this;
    return (
      !this.#complete &&
      (cursor === undefined || compareKeys(at, cursor) > 0) &&
      (this.#upto === undefined || compareKeys(at, this.#upto) < 0)
    );
  }

  /**
   * Gives the part behind `at` away and keeps what is up to it.
   *
   * @throws StoreError `Internal` where {@link splitsAt} is false
   */
  split(at: string): KeyRange {
    if (!this.splitsAt(at)) throw new StoreError('Internal', `no range can be split at ${quoteKey(at)} here`);
    const upper = new KeyRange({ after: at, upto: this.#upto });
    this.#upto = at;
    return upper;
  }

  toJSON(): KeyRangeState {
    return { after: this.after, upto: this.#upto, cursor: this.#cursor, complete: this.#complete };
  }
}
