/** Timers of Node take no more: beyond, they go off at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A time limit that does not run while somebody else has to move. */
export class Patience {
  readonly #ms: number;
  readonly #onLate: () => void;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(ms: number, onLate: () => void) {
    this.#ms = ms;
    this.#onLate = onLate;
    this.begin();
  }

  pause(): void {
    clearTimeout(this.#timer);
  }

  /** From the start, for `times` the usual time. */
  begin(times = 1): void {
    clearTimeout(this.#timer);
    const ms = Math.min(MAX_TIMER_MS, this.#ms * times);
    if (!this.#over) this.#timer = setTimeout(this.#onLate, ms);
  }

  end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
  }
}
