import { LONGEST_TIMER_MS, StoreError } from '@store/driver';

/** What a call may take. */
export interface TimeLimit {
  readonly operation: string;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/**
 * Does work that has to end in time: its signal fires when the caller's does, and when the time is over. What it returns may
 * live on: only the caller's signal ends that.
 *
 * @throws StoreError `Timeout`; else as the work
 */
export function within<T>(
  limit: TimeLimit,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  const { timeoutMs } = limit;
  return timeoutMs === undefined ? work(limit.signal) : inTime({ ...limit, timeoutMs }, work);
}

async function inTime<T>(
  { operation, signal, timeoutMs }: TimeLimit & { readonly timeoutMs: number },
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), Math.min(timeoutMs, LONGEST_TIMER_MS));
  try {
    return await work(signal ? AbortSignal.any([signal, late.signal]) : late.signal);
  } catch (error) {
    if (!late.signal.aborted || signal?.aborted) throw error;
    const message = `${operation} was not done within ${timeoutMs} ms`;
    throw new StoreError('Timeout', message, { operation, cause: error });
  } finally {
    clearTimeout(timer);
  }
}
