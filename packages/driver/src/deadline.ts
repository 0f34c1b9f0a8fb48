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
  const abort = (): void => controller.abort();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    abort();
  }, ms);
  if (signal?.aborted) abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    return await endedBy(controller.signal, work(controller.signal));
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
 * The work, or its end by the signal where it does not notice that: some answers leave an HTTP client without any event,
 * and nobody would ever hear of the request again.
 */
function endedBy<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let grace: NodeJS.Timeout | undefined;
    const give = (): void => {
      grace = setTimeout(() => reject(new Error('the request did not end by its signal')), GRACE_MS);
    };
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
    const settled = (): void => {
      clearTimeout(grace);
      signal.removeEventListener('abort', give);
    };
    work.then(
      (value) => {
        settled();
        resolve(value);
      },
      (error: unknown) => {
        settled();
        reject(error);
      },
    );
  });
}
