import { StoreError } from '@store/driver';
import type { KeyRangeState } from '@store/engine/ranges';
import type { DeletionFailure, DeletionProgress, DeletionReport } from './report.js';

/** What a run tells of itself while it lasts. */
export type DeletionEvent =
  | { readonly type: 'progress'; readonly progress: DeletionProgress }
  | { readonly type: 'failure'; readonly failure: DeletionFailure }
  /** A range of keys was split, so that both parts are listed side by side. */
  | { readonly type: 'split'; readonly lower: KeyRangeState; readonly upper: KeyRangeState };

/**
 * A run of `deletePrefix` that is under way: it begins when it is made. `await` it for its report; it rejects as `deletePrefix` does.
 *
 * Iterate it for what happens, from then on: every failure (with which a run that goes on waits until it is taken), the latest progress,
 * splits. The iteration ends with the run, and throws what the run rejects with. `await using` stops the run at the end of
 * the block, and waits for it.
 */
export interface Deletion extends PromiseLike<DeletionReport>, AsyncIterable<DeletionEvent>, AsyncDisposable {
  /** Nothing new is sent until `resume`; what is in flight goes on. */
  pause(): void;
  resume(): void;
  /**
   * Ends the run in an orderly way: nothing more is listed, and what has been listed is still deleted. Resolves to its report,
   * which says `aborted`.
   */
  finish(): Promise<DeletionReport>;
  /** Ends the run as its `signal` does: what is in flight is waited for. Resolves to its report, which says `aborted`. */
  stop(): Promise<DeletionReport>;
}

/** What a handle does to its run, and hears of it. */
export interface RunControls {
  readonly onSplit: (lower: KeyRangeState, upper: KeyRangeState) => void;
  /** Called once, before the first request. */
  readonly onBegin: (begun: BegunRun) => void;
}

/** What can be done to a run. */
export interface BegunRun {
  /** Pauses the run, and lets it go on. */
  readonly setPaused: (paused: boolean) => void;
  /** Nothing more is to be listed. */
  readonly finish: () => void;
  /** Fires when nothing new is sent any more, whatever ended it. */
  readonly over: AbortSignal;
}

/** How a handle begins its run. */
export type BeginRun = (
  callbacks: {
    readonly signal: AbortSignal;
    readonly onProgress: (progress: DeletionProgress) => void;
    readonly onFailure: (failure: DeletionFailure) => Promise<void>;
  },
  controls: RunControls,
) => Promise<DeletionReport>;

/** Splits that wait to be taken; older ones are dropped. */
const MOST_SPLITS = 1000;

export class DeletionHandle implements Deletion {
  readonly #report: Promise<DeletionReport>;
  readonly #stop = new AbortController();
  #paused = false;
  /** Once it has begun. */
  #run: BegunRun | undefined;
  #isFinishing = false;
  #isWatched = false;
  #isOver = false;
  readonly #events: DeletionEvent[] = [];
  /** Wakes who waits for an event; and those who wait for theirs to be taken. */
  #wake: () => void = () => undefined;
  #taken: (() => void)[] = [];

  constructor(begin: BeginRun) {
    this.#report = begin(
      {
        signal: this.#stop.signal,
        onProgress: (progress) => this.#progress(progress),
        onFailure: (failure) => this.#failure(failure),
      },
      {
        onSplit: (lower, upper) => this.#tell({ type: 'split', lower, upper }),
        onBegin: (run) => {
          this.#run = run;
          run.setPaused(this.#paused);
          if (this.#isFinishing) run.finish();
          // Whoever ends it while it waits for him, and waits for its report, would wait for himself.
          run.over.addEventListener('abort', () => this.#release(), { once: true });
        },
      },
    ).finally(() => {
      this.#isOver = true;
      this.#wake();
    });
  }

  /** Of its report, so that it can be awaited as `deletePrefix` is. */
  // oxlint-disable-next-line unicorn/no-thenable -- it is there to be awaited
  then<Fulfilled = DeletionReport, Rejected = never>(
    onFulfilled?: ((report: DeletionReport) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((error: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.#report.then(onFulfilled, onRejected);
  }

  pause(): void {
    this.#paused = true;
    this.#run?.setPaused(true);
  }

  resume(): void {
    this.#paused = false;
    this.#run?.setPaused(false);
  }

  finish(): Promise<DeletionReport> {
    this.#isFinishing = true;
    this.#run?.finish();
    this.resume();
    // What waits for its failures to be taken waits for whoever awaits this.
    this.#release();
    return this.#report;
  }

  stop(): Promise<DeletionReport> {
    this.#stop.abort();
    this.resume();
    return this.#report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<DeletionEvent, void, undefined> {
    if (this.#isWatched) throw new StoreError('InvalidArgument', 'this run is iterated already');
    this.#isWatched = true;
    // It is thrown here.
    this.#report.catch(() => undefined);
    try {
      for (;;) {
        const event = this.#events.shift();
        if (event) {
          yield event;
          // Whoever asks for the next one has dealt with it.
          if (event.type === 'failure') this.#taken.shift()?.();
        } else if (this.#isOver) break;
        else
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    } finally {
      this.#isWatched = false;
      this.#events.length = 0;
      this.#release();
    }
    await this.#report;
  }

  #progress(progress: DeletionProgress): void {
    const before = this.#events.findIndex(({ type }) => type === 'progress');
    if (before >= 0) this.#events.splice(before, 1);
    this.#tell({ type: 'progress', progress });
  }

  /** Resolves when it has been taken: who reads slowly slows the run down, and nothing piles up. */
  async #failure(failure: DeletionFailure): Promise<void> {
    if (!this.#isWatched) return;
    this.#tell({ type: 'failure', failure });
    if (this.#run?.over.aborted || this.#isFinishing) return;
    await new Promise<void>((resolve) => this.#taken.push(resolve));
  }

  #release(): void {
    for (const taken of this.#taken.splice(0)) taken();
  }

  #tell(event: DeletionEvent): void {
    if (!this.#isWatched) return;
    if (event.type === 'split' && this.#events.length >= MOST_SPLITS) return;
    this.#events.push(event);
    this.#wake();
  }
}
