import type { Clock } from '@store/driver';

/** What a request of a run does. */
export type RequestKind = 'list' | 'delete';

/** More listings than just keep up with the deletes, because pages come unevenly. */
const MARGIN = 1.25;

/** Requests by which it is told how long they take. */
const REMEMBERED = 64;

/**
 * The requests that a run may have in flight, listings and deletes together. Deletes go first, so that what was listed does
 * not pile up; listings may have a quarter, so that there is always something to delete.
 */
export class RequestSlots {
  readonly #most: number;
  readonly #inFlight: Record<RequestKind, number> = { list: 0, delete: 0 };
  /** So long they took together, in milliseconds, and so many have ended; of both, the older half is forgotten. */
  readonly #busyMs: Record<RequestKind, number> = { list: 0, delete: 0 };
  readonly #ended: Record<RequestKind, number> = { list: 0, delete: 0 };
  readonly #clock: Pick<Clock, 'now'>;
  #changedAt: number;
  readonly #waiting: Record<RequestKind, (() => void)[]> = { list: [], delete: [] };
  readonly #stop: AbortSignal;
  #paused = false;

  /** @param stop when it fires nobody waits any more */
  constructor(most: number, stop: AbortSignal, clock: Pick<Clock, 'now'>) {
    this.#most = most;
    this.#clock = clock;
    this.#changedAt = clock.now();
    this.#stop = stop;
    stop.addEventListener('abort', () => this.#wakeAll(), { once: true });
  }

  /** Takes a slot, if there is one at once. */
  tryAcquire(kind: RequestKind): boolean {
    if (this.#full || this.#waiting[kind].length > 0 || this.#next(kind) !== kind) return false;
    this.#change(kind, 1);
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
    this.#change(kind, -1);
    if (++this.#ended[kind] >= REMEMBERED) {
      this.#ended[kind] /= 2;
      this.#busyMs[kind] /= 2;
    }
    this.#wake();
  }

  /**
   * So many listings at a time name as much as the rest of the requests can delete, and a few more; all that there can be
   * while it is not known how long requests take.
   */
  get listsToKeepUp(): number {
    const { list, delete: deleting } = this.#ended;
    if (list === 0 || deleting === 0) return this.#most;
    const [listMs, deleteMs] = [this.#busyMs.list / list, this.#busyMs.delete / deleting];
    const share = listMs + deleteMs > 0 ? listMs / (listMs + deleteMs) : 1;
    return Math.min(this.#most, Math.ceil(MARGIN * this.#most * share));
  }

  #change(kind: RequestKind, by: 1 | -1): void {
    const now = this.#clock.now();
    const ms = Math.max(0, now - this.#changedAt);
    this.#changedAt = now;
    for (const each of ['list', 'delete'] as const) this.#busyMs[each] += this.#inFlight[each] * ms;
    this.#inFlight[kind] += by;
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
      this.#change(next, 1);
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
