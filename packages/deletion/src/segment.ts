/** Consecutive entries of a range, until each of them has its outcome. */
export class Segment {
  /** The last key of it; undefined until the next one is known, or to the end of the range. */
  end: string | undefined;
  /** Nothing comes to it any more. */
  closed = false;
  /** The range ends with it. */
  last = false;
  /** Entries without an outcome. */
  #open = 0;
  #filtered = 0;
  #isLeft = false;
  readonly #onSettled: () => void;

  constructor(onSettled: () => void) {
    this.#onSettled = onSettled;
  }

  /** Every entry has its outcome. */
  get settled(): boolean {
    return this.closed && this.#open === 0;
  }

  /** Entries that filters keep. */
  get filtered(): number {
    return this.#filtered;
  }

  /** Something is left in it, for another session. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  /** One of its entries is to be deleted. */
  expect(): void {
    this.#open++;
  }

  /** One of them has its outcome. */
  settle(): void {
    this.#open--;
    if (this.settled) this.#onSettled();
  }

  /** A filter keeps one of them. */
  keep(): void {
    this.#filtered++;
  }

  /** Something of it is not gone, and was meant to. */
  leave(): void {
    this.#isLeft = true;
  }
}
