import { createObjectStore, DeletionError, StoreError, type DeletionReport } from '@store/core';
import { expect } from 'chai';
import { SetDriver, type SetDriverSettings } from './set-driver.js';
import { SimulatedClock } from '@store/conformance';

export function names(count: number, prefix = 'p/'): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${String(i).padStart(6, '0')}`);
}

export function makeStore(settings: SetDriverSettings) {
  const driver = new SetDriver(settings);
  const clock = new SimulatedClock();
  return { driver, clock, store: createObjectStore(driver, { clock }) };
}

export async function rejection(promise: Promise<unknown>): Promise<StoreError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  return expect.fail('it should have been rejected');
}

export async function brokenRun(run: Promise<DeletionReport>): Promise<DeletionError> {
  const error = await rejection(run);
  if (error instanceof DeletionError) return error;
  return expect.fail('the error has no report');
}

export function expectClosedBooks(report: DeletionReport): void {
  expect(report.listed, 'listed').to.equal(report.matched + report.filtered);
  expect(report.matched, 'matched').to.equal(report.deleted + report.failed + report.skipped);
  const byCode = Object.values(report.failures.byCode).reduce((sum, count) => sum + count, 0);
  expect(byCode, 'byCode').to.equal(report.failed + report.blocked);
}

export const denied = (key: string) =>
  ({ key, reason: { code: 'AccessDenied', message: 'no', retryable: false } }) as const;
