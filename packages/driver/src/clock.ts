import { setTimeout as delay } from 'node:timers/promises';

/** Longest time that a timer can wait for, in milliseconds: 24 days. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Where the engine takes the time from: real in programs, simulated in tests. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds, or early and quietly when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, signal ? { signal } : {});
    } catch (error) {
      // The only rejection of a timer is its signal's; callers look at the signal themselves.
      if (!signal?.aborted) throw error;
    }
  },
};
