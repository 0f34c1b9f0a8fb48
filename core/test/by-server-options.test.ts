import { openStore, type DeletePrefixOptions } from '@store/core';
import { memory } from '@store/memory';
import { expect } from 'chai';
import { describe, it } from 'mocha';

type Options = Required<Omit<DeletePrefixOptions, 'strategy'>>;

/** What a service can honour that deletes everything under a prefix, with values that it can honour. */
const ALLOWED = {
  partialName: true,
  entireStore: true,
  dryRun: true,
  maxDelete: 5,
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
} satisfies Partial<Options>;

/** All others. */
const REFUSED: Omit<Options, keyof typeof ALLOWED> & Partial<Options> = {
  include: '*',
  exclude: ['*'],
  olderThan: 0,
  newerThan: 5,
  modifiedBefore: new Date(),
  notAfterStart: true,
  minSize: 0,
  maxSize: 5,
  versions: 'all',
  deleteMarkers: 'expired',
  ifUnchanged: true,
  onMatch: () => undefined,
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
