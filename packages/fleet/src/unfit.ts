import { toStoreError, type ObjectStore, type StoreError } from '@store/core';

/** This worker cannot deal with a job at all, by its configuration or its version; another one may. */
export class WorkerUnfit extends Error {
  readonly reason: StoreError;

  constructor(error: unknown) {
    const reason = toStoreError(error, { operation: 'deletePrefixOnFleet' });
    super(reason.message, { cause: error });
    this.reason = reason;
  }
}

/** @throws WorkerUnfit */
export async function openOn(
  open: (address: string) => Promise<ObjectStore>,
  address: string,
): Promise<ObjectStore> {
  try {
    return await open(address);
  } catch (error) {
    throw new WorkerUnfit(error);
  }
}
