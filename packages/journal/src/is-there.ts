import { StoreError } from '@store/core';
import type { Engine, Purpose } from '@store/engine';

/** Whether there is an object under a key. */
export async function isThere(engine: Engine, key: string, purpose: Purpose): Promise<boolean> {
  try {
    await engine.request(purpose, (call) => engine.driver.read.head({ key }, call));
    return true;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'NotFound') return false;
    throw error;
  }
}
