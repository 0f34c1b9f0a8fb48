/** What a request of a run does. */
export type RequestKind = 'list' | 'delete';

/**
 * The requests that a run may have in flight, listings and deletes together. Deletes go first, so that what was listed does
 * not pile up; listings may have a quarter, so that there is always something to delete.
 */
export class RequestSlots {
  readonly #most: number;
  readonly #inFlight: Record<RequestKind, number> = { list: 0, delete: 0 };
  readonly #waiting: Record<RequestKind, (() => void)[]> = { list: [], delete: [] };
  readonly #stop: AbortSignal;
  #paused = false;

  /** @param stop when it fires nobody waits any more */
  constructor(most: number, stop: AbortSignal) {
    this.#most = most;
    this.#stop = stop;
    stop.addEventListener('abort', () => this.#wakeAll(), { once: true });
  }

  /** Takes a slot, if there is one at once. */
  tryAcquire(kind: RequestKind): boolean {
    if (this.#full || this.#waiting[kind].length > 0 || this.#next(kind) !== kind) return false;
    this.#inFlight[kind]++;
    return true;
  }

  /** Waits for a slot; false when the run stops before. */
  async acquire(kind: RequestKind): Promise<boolean> {
    if (this.tryAcquire(kind)) return true;
    if (this.#stop.aborted) return false;
    await new Promise<void>((resolve) => this.#waiting[kind].push(resolve));
    return !this.#stop.aborted;
  }

  release(kind: RequestKind): void {
    this.#inFlight[kind]--;
    this.#wake();
  }

  /** While it is paused nobody gets a slot. */
  set paused(paused: boolean) {
    this.#paused = paused;
    this.#wake();
  }

  #wake(): void {
    while (!this.#full) {
      const next = this.#next();
      const wake = next && this.#waiting[next].shift();
      if (!next || !wake) return;
      // Taken for the one that wakes, so that nobody comes in between.
      this.#inFlight[next]++;
      wake();
    }
  }

  get #full(): boolean {
    return this.#paused || this.#inFlight.list + this.#inFlight.delete >= this.#most;
  }

  /** Whose turn it is, among those who wait and the one who asks. */
  #next(asking?: RequestKind): RequestKind | undefined {
    const lists = asking === 'list' || this.#waiting.list.length > 0;
    const deletes = asking === 'delete' || this.#waiting.delete.length > 0;
    if (lists && (!deletes || this.#inFlight.list < Math.ceil(this.#most / 4))) return 'list';
    return deletes ? 'delete' : undefined;
  }

  #wakeAll(): void {
    for (const kind of ['list', 'delete'] as const) for (const wake of this.#waiting[kind].splice(0)) wake();
  }
}
