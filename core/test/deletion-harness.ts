import { errorOf, SimulatedClock, SetDriver, type SetDriverSettings } from '@store/conformance';
import { createObjectStore, DeletionError, type DeletionReport } from '@store/core';
import { expect } from 'chai';

export function makeStore(settings: SetDriverSettings) {
  const driver = new SetDriver(settings);
  const clock = new SimulatedClock();
  return { driver, clock, store: createObjectStore(driver, { clock }) };
}

export async function brokenRun(run: Promise<DeletionReport>): Promise<DeletionError> {
  const error = await errorOf(run);
  if (error instanceof DeletionError) return error;
  return expect.fail('the error has no report');
}

export const denied = (key: string) =>
  ({ key, reason: { code: 'AccessDenied', message: 'no', retryable: false } }) as const;
