import { StoreError } from '@store/driver';

/**
 * Takes a refusal for a success: what was to be is so already.
 *
 * @param providerCode that the service refuses with
 * @param instead what there is then
 */
export async function ignoring<T>(providerCode: string, work: () => Promise<T>, instead: T): Promise<T>;
export async function ignoring(providerCode: string, work: () => Promise<unknown>): Promise<unknown>;
export async function ignoring(
  providerCode: string,
  work: () => Promise<unknown>,
  instead?: unknown,
): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError && error.providerCode === providerCode) return instead;
    throw error;
  }
}
