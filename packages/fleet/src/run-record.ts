import { StoreError } from '@store/core';
import type { FleetRun } from './fleet-run.js';

/** @throws StoreError `Internal` for what `begin` of this version has not written */
export function runIn(text: string, id: string): FleetRun {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  if (isRun(value) && value.id === id) return value;
  const message =
    `what is kept of the run ${id} cannot be read: it was garbled, or written by another version; ` +
    'see to it with that version, or forget it (store fleet forget) and begin again';
  throw new StoreError('Internal', message);
}

function isRun(value: unknown): value is FleetRun {
  if (typeof value !== 'object' || value === null) return false;
  const { startedAt, rows, options, keysPerJob } = value as Partial<Record<keyof FleetRun, unknown>>;
  return (
    typeof startedAt === 'number' &&
    typeof keysPerJob === 'number' &&
    typeof options === 'object' &&
    options !== null &&
    Array.isArray(rows) &&
    rows.every(isRow)
  );
}

function isRow(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { address, prefix, provider, place } = value as Readonly<Record<string, unknown>>;
  return [address, prefix, provider, place].every((one) => typeof one === 'string');
}
