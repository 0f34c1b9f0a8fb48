import { abortedError, StoreError } from './errors.js';

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
    return await work(controller.signal);
  } catch (error) {
    if (signal?.aborted) throw abortedError(signal, operation);
    if (!late) throw error;
    throw new StoreError('Timeout', `there was no answer within ${ms} ms`, { operation, cause: error });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
