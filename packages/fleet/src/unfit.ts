import { toStoreError, type StoreError } from '@store/core';
import type { Lent } from './lent-stores.js';

/** This worker cannot deal with a job at all, by its configuration or its version; another one may. */
export class WorkerUnfit extends Error {
  readonly reason: StoreError;

  constructor(error: unknown) {
    const reason = toStoreError(error, { operation: 'deletePrefixOnFleet' });
    super(reason.message, { cause: error });
    this.reason = reason;
  }
}

/** This worker may not do it, and was told so before anything was done: its credentials are wrong, or are for less than those of others. */
export class WorkerRefused extends WorkerUnfit {}

/** @throws WorkerUnfit */
export async function openOn(lend: (address: string) => Promise<Lent>, address: string): Promise<Lent> {
  try {
    return await lend(address);
  } catch (error) {
    throw new WorkerUnfit(error);
  }
}
