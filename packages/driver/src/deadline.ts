import { setMaxListeners } from 'node:events';
import { abortedError, StoreError } from './errors.js';

/** How long a request may take to end by its signal, in milliseconds. */
const GRACE_MS = 1000;

/**
 * Runs a request that has to end by itself: with `Timeout` after some time, with `Aborted` when the caller's
 * signal fires. Either way the request's own signal fires too, and its socket is closed.
 *
 * `AbortSignal.any` is not used: a caller's signal that lives as long as a run would collect a dependant for
 * each of its requests.
 */
export async function withDeadline<T>(
  { signal, ms, operation }: { signal: AbortSignal | undefined; ms: number; operation: string },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const ending = new Ending<T>();
  const abort = (): void => {
    controller.abort();
    ending.expect();
  };
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    abort();
  }, ms);
  if (signal?.aborted) abort();
  // One for each request in flight, however many a caller has: Node would warn of a leak from the eleventh on.
  if (signal) setMaxListeners(0, signal);
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await ending.of(work(controller.signal));
  } catch (error) {
    if (signal?.aborted) throw abortedError(signal, operation);
    if (!late) throw error;
    const unanswered = 'is the endpoint right, and does something in between let requests through?';
    const details = { operation, unanswered, cause: error };
    throw new StoreError('Timeout', `there was no answer within ${ms} ms`, details);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}

/**
 * The end of some work, or of the waiting for it where it does not notice its signal: some answers leave an HTTP client without
 * any event, and nobody would ever hear of the request again.
 */
class Ending<T> {
  #grace: NodeJS.Timeout | undefined;
  #giveUp: (() => void) | undefined;
  #isExpected = false;

  /** The signal has fired. */
  expect(): void {
    this.#isExpected = true;
    if (this.#giveUp) this.#grace ??= setTimeout(this.#giveUp, GRACE_MS);
  }

  of(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#giveUp = () => reject(new Error('the request did not end by its signal'));
      if (this.#isExpected) this.expect();
      work.then(
        (value) => {
          this.#settled();
          resolve(value);
        },
        (error: unknown) => {
          this.#settled();
          reject(error);
        },
      );
    });
  }

  #settled(): void {
    this.#giveUp = undefined;
    clearTimeout(this.#grace);
  }
}
