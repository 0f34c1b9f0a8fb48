import { setTimeout as delay } from 'node:timers/promises';

/** Waits for something that may never come. @returns whether it came, or failed, in time */
export async function within(ms: number, awaited: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  const came = awaited.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([came, delay(ms, false, { signal: over.signal }).catch(() => false)]);
  } finally {
    over.abort();
  }
}
