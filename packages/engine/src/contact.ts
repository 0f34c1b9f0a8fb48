import { detailsOf, LONGEST_TIMER_MS, StoreError, toStoreError } from '@store/driver';

/** Of the time that a service has for its first answer, this share passes before it is asked whether it is there at all. */
const SHARE_BEFORE_ASKING = 3 / 8;

/** An attempt that comes late has at least this share of it: else it would be no attempt. */
const LEAST_SHARE = 1 / 8;

const ADVICE =
  'is the endpoint right, and is such a service there? ("contactMs" of its "retry" waits longer)';

export interface ContactSettings {
  /** Where requests go, for messages; see `StoreDriver.endpoint`. Without it nothing is sent to anybody. */
  readonly endpoint?: string | undefined;
  /** Most milliseconds for the first answer. */
  readonly contactMs: number;
  /** Sends a request that every such service answers at once, with whatever. */
  readonly ask?: ((signal: AbortSignal) => Promise<unknown>) | undefined;
}

/**
 * Whether the service of a store has answered yet. One that has is waited for with patience, because it was there; one that never has
 * is, more likely than not, a wrong address, and is given up soon.
 *
 * A first request that takes long is no sign of that: beside it, the service is asked something that it can answer at once.
 */
export class Contact {
  readonly endpoint: string | undefined;
  readonly contactMs: number;
  readonly #ask: ContactSettings['ask'];
  #answered: boolean;
  #begunAt: number | undefined;
  #inFlight = 0;
  #asking: Promise<void> | undefined;

  constructor({ endpoint, contactMs, ask }: ContactSettings) {
    this.endpoint = endpoint;
    this.contactMs = contactMs;
    this.#ask = ask;
    this.#answered = endpoint === undefined;
  }

  /** It was there: some request of the store has been answered, in whatever way. */
  get answered(): boolean {
    return this.#answered;
  }

  /** Milliseconds since the first request was sent; 0 when none was. */
  get sinceFirstMs(): number {
    return this.#begunAt === undefined ? 0 : performance.now() - this.#begunAt;
  }

  /** Some request waits for the first answer. */
  get waits(): boolean {
    return !this.#answered && this.#inFlight > 0;
  }

  /**
   * Runs a request.
   *
   * @param elapsedMs that it has had already, in attempts before
   * @param request its signal ends it when nobody answers; undefined when somebody has
   * @throws StoreError `Timeout` that is not retryable when nobody answers; else as the request
   */
  run<T>(elapsedMs: number, request: (nobody: AbortSignal | undefined) => Promise<T>): Promise<T> {
    return this.#answered ? request(undefined) : this.#first(elapsedMs, request);
  }

  async #first<T>(elapsedMs: number, request: (nobody: AbortSignal) => Promise<T>): Promise<T> {
    const nobody = new AbortController();
    const leftMs = Math.max(this.contactMs * LEAST_SHARE, this.contactMs - elapsedMs);
    const timers = this.#ask
      ? [
          timer(
            leftMs * SHARE_BEFORE_ASKING,
            () => void (this.#asking ??= this.#whetherThere(nobody.signal)),
          ),
          timer(leftMs, () => {
            if (!this.#answered) nobody.abort();
          }),
        ]
      : [];
    this.#begunAt ??= performance.now();
    this.#inFlight++;
    try {
      const value = await request(nobody.signal);
      this.#answered = true;
      return value;
    } catch (thrown) {
      if (isAnswer(thrown)) this.#answered = true;
      if (this.#answered || !nobody.signal.aborted) throw thrown;
      throw silence(leftMs, thrown);
    } finally {
      this.#inFlight--;
      for (const one of timers) clearTimeout(one);
    }
  }

  /** What a request ended with, in the end: where nobody has ever answered, with how often that was tried, and what to look at. */
  verdict(error: StoreError, attempts: number, elapsedMs: number): StoreError {
    const { unanswered } = error;
    if (this.#answered || unanswered === undefined) return error;
    const often = attempts === 1 ? 'once' : `${attempts} times in ${seconds(elapsedMs)}`;
    const text = `${error.reason}; ${this.endpoint} has not answered yet, tried ${often}: ${unanswered}`;
    return new StoreError(error.code, text, detailsOf(error));
  }

  async #whetherThere(signal: AbortSignal): Promise<void> {
    try {
      await this.#ask?.(signal);
      this.#answered = true;
    } catch (thrown) {
      if (isAnswer(thrown)) this.#answered = true;
    } finally {
      this.#asking = undefined;
    }
  }
}

/** Beside what says so itself, an answer that is none of the protocol. */
function isAnswer(thrown: unknown): boolean {
  const { unanswered, status, code } = toStoreError(thrown);
  return unanswered === undefined && (status !== undefined || code === 'Corrupt');
}

function silence(ms: number, cause: unknown): StoreError {
  const { provider, operation, key } = toStoreError(cause);
  const reason = `there was no answer within ${seconds(ms)}, nor to a request that takes no time`;
  const details = { provider, operation, key, retryable: false, unanswered: ADVICE, cause };
  return new StoreError('Timeout', reason, details);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function timer(ms: number, act: () => void): NodeJS.Timeout {
  return setTimeout(act, Math.min(ms, LONGEST_TIMER_MS));
}

/** The caller's signal, and the one that fires when nobody answers. */
export function eitherSignal(
  given: AbortSignal | undefined,
  nobody: AbortSignal | undefined,
): AbortSignal | undefined {
  return given && nobody ? AbortSignal.any([given, nobody]) : (given ?? nobody);
}
