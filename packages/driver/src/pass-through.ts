import type { StoreDriver } from './driver.js';
import type { PassThrough } from './requests.js';
import { StoreError } from './errors.js';
import { defineOptions } from './options/define-options.js';
import type { OptionTable } from './options/option-table.js';
import * as types from './options/option-types.js';

export const passThroughTable = {
  mfa: {
    type: types.word,
    serverPrefix: true,
    session: true,
    cli: {
      kind: 'text',
      argument: 'serial-and-code',
      group: 'provider',
      help: 'for buckets with MFA delete',
    },
  },
  bypassGovernance: {
    type: types.flag,
    serverPrefix: true,
    cli: { kind: 'flag', group: 'provider', help: 'delete what a governance-mode lock holds' },
  },
  requestPayer: {
    type: types.flag,
    serverPrefix: true,
    cli: { kind: 'flag', group: 'provider', help: 'pay for the requests' },
  },
  expectedBucketOwner: {
    type: types.word,
    serverPrefix: true,
    cli: {
      kind: 'text',
      argument: 'account',
      group: 'provider',
      help: 'refuse when the bucket is of another account',
    },
  },
} as const satisfies OptionTable<PassThrough>;

/** As a part of the options of other operations. */
export const passThroughOptions = defineOptions<PassThrough>()('pass', passThroughTable);

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
  const pass = passThroughOptions.pick(options);
  const given = passThroughOptions.names.filter((name) => pass[name] !== undefined);
  const foreign = given.find((name) => !driver.delete.passThrough.includes(name));
  if (foreign !== undefined) {
    throw new StoreError('Unsupported', `${operation}: this store does not have the option ${foreign}`, {
      operation,
    });
  }
  return given.length === 0 ? undefined : pass;
}
