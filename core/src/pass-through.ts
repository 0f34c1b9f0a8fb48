import type { PassThrough, StoreDriver } from './driver.js';
import { StoreError } from './errors.js';

const NAMES = [
  'mfa',
  'bypassGovernance',
  'requestPayer',
  'expectedBucketOwner',
] as const satisfies readonly (keyof PassThrough)[];

/**
 * The pass-through options among others, undefined when there are none.
 *
 * @throws StoreError `Unsupported` for one that the provider does not have: dropping it quietly could delete
 * what it was to protect
 */
export function passThrough(
  options: PassThrough,
  driver: StoreDriver,
  operation: string,
): PassThrough | undefined {
  const given = NAMES.filter((name) => options[name] !== undefined);
  const foreign = given.find((name) => !driver.delete.passThrough.includes(name));
  if (foreign !== undefined) {
    throw new StoreError('Unsupported', `${operation}: this store does not have the option ${foreign}`, {
      operation,
    });
  }
  if (given.length === 0) return undefined;
  const { mfa, bypassGovernance, requestPayer, expectedBucketOwner } = options;
  return { mfa, bypassGovernance, requestPayer, expectedBucketOwner };
}
