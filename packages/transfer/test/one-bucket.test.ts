import { EMULATED_ENTRIES, startEmulator } from '@store/emulator';
import { moveKeys, movePrefix } from '@store/transfer';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { contentsOf } from './contents.js';
import { open } from './open.js';

describe('a move from a bucket to itself, through another endpoint', () => {
  for (const wait of [0, 1100]) {
    it(`deletes nothing, and says that all may be one: written ${wait} ms before`, async () => {
      await using emulator = await startEmulator({ buckets: ['demo'], s3: {}, oss: {}, zos: {} });
      const entry = EMULATED_ENTRIES.s3(emulator);
      const endpoint = String(entry['endpoint']).replace('127.0.0.1', 'localhost');
      const quirks = { conditionalDelete: 'single', conditionalPut: false };
      await using one = await open({ ...entry, profile: 'generic', quirks });
      await using other = await open({ ...entry, profile: 'generic', quirks, endpoint });
      expect(one.capabilities.conditionalDelete).to.equal('single');
      // Times have whole seconds: all of it within one of them, or in two.
      await new Promise((resolve) => setTimeout(resolve, 1010 - (Date.now() % 1000)));
      for (const key of ['p/a', 'p/b']) await one.put(key, key);
      const before = await contentsOf(one, 'p/');
      await new Promise((resolve) => setTimeout(resolve, wait));
      const report = await movePrefix({ store: one, prefix: 'p/' }, { store: other, prefix: 'p/' });
      expect(await contentsOf(one, 'p/')).to.deep.equal(before);
      expect(report.complete).to.equal(false);
      expect(report.warnings.join()).to.match(/2 objects stay at the source: .* may be one object/);
      const byName = await moveKeys(one, other, [['p/a', 'p/a']]);
      expect(await contentsOf(one, 'p/')).to.deep.equal(before);
      expect(byName.complete).to.equal(false);
      expect(byName.warnings.join()).to.match(/"p\/a" stays at the source: .* may be one object/);
    });
  }

  it('deletes at the source where two buckets are on one host, in the second of the write and again', async () => {
    await using emulator = await startEmulator({ buckets: ['demo', 'second'], s3: {}, oss: {}, zos: {} });
    const entry = EMULATED_ENTRIES.s3(emulator);
    await using one = await open(entry);
    await using other = await open({ ...entry, bucket: 'second' });
    for (const content of ['first', 'again']) {
      await one.put('p/a', content);
      const report = await movePrefix({ store: one, prefix: 'p/' }, { store: other, prefix: 'p/' });
      expect(report.complete, report.warnings.join()).to.equal(true);
      expect(await contentsOf(one)).to.deep.equal({});
      expect(await (await other.get('p/a')).text()).to.equal(content);
    }
  });
});
