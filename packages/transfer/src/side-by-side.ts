/** Does tasks side by side, so many at most. A task that fails ends all: that is no failure of a key. */
export class SideBySide {
  readonly #most: number;
  readonly #onError: (error: unknown) => void;
  readonly #running = new Set<Promise<void>>();

  constructor(most: number, onError: (error: unknown) => void) {
    this.#most = most;
    this.#onError = onError;
  }

  /** Begins a task, when there is room for it. */
  async add(task: () => Promise<void>): Promise<void> {
    while (this.#running.size >= this.#most) await Promise.race(this.#running);
    const running = task()
      .catch(this.#onError)
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  /** Waits for all of them. */
  async end(): Promise<void> {
    await Promise.all(this.#running);
  }
}
