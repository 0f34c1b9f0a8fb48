import { EMULATED_ENTRIES, startEmulator } from '@store/emulator';
import { movePrefix } from '@store/transfer';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { contentsOf } from './contents.js';
import { open } from './open.js';

describe('a move from a bucket to itself, through another endpoint', () => {
  it('deletes nothing, and says that all stay at the source', async () => {
    await using emulator = await startEmulator({ buckets: ['demo'], s3: {}, oss: {}, zos: {} });
    const entry = EMULATED_ENTRIES.s3(emulator);
    const endpoint = String(entry['endpoint']).replace('127.0.0.1', 'localhost');
    const quirks = { conditionalDelete: 'single', conditionalPut: false };
    await using one = await open({ ...entry, profile: 'generic', quirks });
    await using other = await open({ ...entry, profile: 'generic', quirks, endpoint });
    expect(one.capabilities.conditionalDelete).to.equal('single');
    for (const key of ['p/a', 'p/b']) await one.put(key, key);
    const before = await contentsOf(one, 'p/');
    // Their time has whole seconds.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const report = await movePrefix({ store: one, prefix: 'p/' }, { store: other, prefix: 'p/' });
    expect(report.complete).to.equal(false);
    expect(report.warnings.join()).to.match(/2 objects changed after they were copied, and stay/);
    expect(await contentsOf(one, 'p/')).to.deep.equal(before);
  });
});
