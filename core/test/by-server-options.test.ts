import { openStore, type DeletePrefixOptions } from '@store/core';
import { deletePrefixOptions } from '@store/deletion';
import { memory } from '@store/memory';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { sampled } from './sampled-options.js';

/** What a service can honour that deletes everything under a prefix, with values that it can honour. */
const ALLOWED = {
  partialName: true,
  entireStore: true,
  dryRun: true,
  maxDelete: 5,
  maxDuration: 60_000,
  maxFailures: 5,
  concurrency: 2,
  maxKeysPerSecond: 10,
  verify: true,
  uploads: true,
  versions: 'current',
  deleteMarkers: 'keep',
  mfa: 'serial 123456',
  bypassGovernance: true,
  requestPayer: true,
  expectedBucketOwner: '123456789012',
  signal: new AbortController().signal,
  onProgress: () => undefined,
  onDeleted: () => undefined,
  onFailure: () => undefined,
  journal: { begin: async () => Promise.reject(new Error('not to be reached')) },
} satisfies DeletePrefixOptions;

/** All others, those that are new among them; and of some another value. */
const REFUSED: Readonly<Record<string, unknown>> = {
  ...Object.fromEntries(
    Object.entries(sampled(deletePrefixOptions.table)).filter(
      ([name]) => name !== 'strategy' && !Object.hasOwn(ALLOWED, name),
    ),
  ),
  versions: 'all',
  deleteMarkers: 'expired',
};

/** Why a store refuses that cannot do it at all: what is wrong with the options comes first. */
async function refusal(options: DeletePrefixOptions): Promise<string> {
  const store = await openStore({ provider: 'memory', versioning: 'enabled' }, { adapters: [memory] });
  return store.deletePrefix(options.entireStore ? '' : 'p/', { strategy: 'server-prefix', ...options }).then(
    () => 'none',
    (error: unknown) => String(error),
  );
}

describe('options with the strategy server-prefix', () => {
  it('are looked at one by one: filters, and whatever else is not known to go with it', () => {
    expect(REFUSED).to.include.keys('include', 'olderThan', 'minSize', 'ifUnchanged', 'onMatch');
  });

  for (const [name, value] of Object.entries(ALLOWED)) {
    it(`${name} goes with it`, async () => {
      expect(await refusal({ [name]: value })).to.contain('does not delete by prefix itself');
    });
  }

  for (const [name, value] of Object.entries(REFUSED)) {
    it(`${name} does not, and is refused rather than ignored`, async () => {
      expect(await refusal({ [name]: value })).to.contain(`it does not go with ${name}`);
    });
  }

  it('a filter that says no is none', async () => {
    expect(await refusal({ notAfterStart: false, ifUnchanged: false })).to.contain('by prefix itself');
  });

  it('a dry run lists, and can name what matches', async () => {
    expect(await refusal({ dryRun: true, onMatch: () => undefined })).to.contain('by prefix itself');
  });
});
