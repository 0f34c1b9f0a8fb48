import { createObjectStore, type DeletePrefixOptions, type DeletionReport } from '@store/core';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const KEYS = ['p/a.log', 'p/b.txt', 'p/tmp/c.txt', 'p/keep/d'];

async function run(options: DeletePrefixOptions, keys: readonly string[] = KEYS): Promise<DeletionReport> {
  const store = createObjectStore(memoryDriver());
  for (const key of keys) await store.put(key, 'x');
  return store.deletePrefix('p/', options);
}

const warned = async (options: DeletePrefixOptions): Promise<string> => (await run(options)).warnings.join();

describe('rules that nothing has matched', () => {
  it('are named in a warning, by the option that they are of', async () => {
    for (const dryRun of [false, true]) {
      expect(await warned({ dryRun, exclude: ['keep/', 'tpm/**'] })).to.equal(
        'nothing that was listed matches exclude "tpm/**"',
      );
    }
    expect(await warned({ include: '*.lgo' })).to.contain('matches include "*.lgo"');
    expect(await warned({ filter: ['- kepe/', '+ *.log', '- x', '- *'] })).to.equal(
      'nothing that was listed matches filter "- kepe/", filter "- x"',
    );
    expect(await warned({ exclude: Array.from({ length: 8 }, (_, i) => `no-${i}`) })).to.match(
      /"no-0", .*"no-4", and 3 more$/,
    );
    const { complete, deleted } = await run({ exclude: 'tpm/**' });
    expect({ complete, deleted }).to.deep.equal({ complete: true, deleted: 4 });
  });

  it('are not those that others were quicker than, or that only touch what is left out', async () => {
    expect(await warned({ include: ['**', '*.log'], exclude: ['tmp/', '**/c.txt'] })).to.equal('');
    expect(await warned({ include: '*.log', exclude: 'tmp/' })).to.equal('');
    expect(await warned({ filter: ['- *.log', '- a.*', '- *'] })).to.equal('');
    expect(await warned({ filter: ['- misspelt', '!', '- keep/'] })).to.equal('');
    expect(await warned({ include: '*.txt', olderThan: 3_600_000 })).to.equal('');
  });

  it('are not told of where not all was listed, or nothing', async () => {
    expect(await warned({ exclude: 'tpm/', maxDelete: 1 })).to.equal('');
    expect(await warned({ exclude: 'tpm/', signal: AbortSignal.abort() })).to.equal('');
    expect((await run({ exclude: 'tpm/' }, ['q'])).warnings).to.deep.equal([]);
  });
});
