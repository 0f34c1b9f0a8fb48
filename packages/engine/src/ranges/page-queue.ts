/** Pages on their way from those who list to the one who reads. Holds few, and has those who bring more wait. */
export class PageQueue<T> {
  readonly #most: () => number;
  readonly #items: T[] = [];
  #closed = false;
  #failure: { readonly error: unknown } | undefined;
  #reader: (() => void) | undefined;
  readonly #writers: (() => void)[] = [];

  /** @param most items that may wait, asked anew each time */
  constructor(most: () => number) {
    this.#most = most;
  }

  /** The reader has nothing to do: more pages at a time would help. */
  get hungry(): boolean {
    return this.#reader !== undefined && this.#items.length === 0;
  }

  /** Resolves when there is room for another one. */
  async push(item: T): Promise<void> {
    this.#items.push(item);
    this.#wakeReader();
    while (!this.#closed && this.#items.length >= this.#most()) {
      await new Promise<void>((resolve) => this.#writers.push(resolve));
    }
  }

  /** Nothing comes any more. What is there is still read, and then the error thrown. */
  end(failure?: { readonly error: unknown }): void {
    this.#failure ??= failure;
    this.#closed = true;
    this.#wakeReader();
    this.#wakeWriters();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        // All of them: who is woken while there is no room waits again, and might be the only one that is left.
        if (this.#items.length < this.#most()) this.#wakeWriters();
        yield item;
      } else if (this.#closed) {
        if (this.#failure) throw this.#failure.error;
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#reader = resolve;
        });
      }
    }
  }

  #wakeWriters(): void {
    for (const wake of this.#writers.splice(0)) wake();
  }

  #wakeReader(): void {
    this.#reader?.();
    this.#reader = undefined;
  }
}
