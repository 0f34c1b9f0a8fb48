/** Does tasks side by side, so many at most. A task that fails ends all: that is no failure of a key. */
export class SideBySide {
  readonly #most: number;
  readonly #onError: (error: unknown) => void;
  #running = 0;
  #waiting: (() => void)[] = [];

  /** @param onError throws nothing */
  constructor(most: number, onError: (error: unknown) => void) {
    this.#most = most;
    this.#onError = onError;
  }

  /** Begins a task, when there is room for it. */
  async add(task: () => Promise<void>): Promise<void> {
    while (this.#running >= this.#most) await this.#oneEnds();
    this.#running++;
    void this.#run(task);
  }

  /** Waits for all of them. */
  async end(): Promise<void> {
    while (this.#running > 0) await this.#oneEnds();
  }

  async #run(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      this.#onError(error);
    } finally {
      this.#running--;
      for (const go of this.#waiting.splice(0)) go();
    }
  }

  /** `Promise.race` of all that run would leave something behind in each of them, for every task. */
  #oneEnds(): Promise<void> {
    return new Promise((go) => this.#waiting.push(go));
  }
}
