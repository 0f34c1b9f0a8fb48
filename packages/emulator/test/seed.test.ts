import { startEmulator } from '@store/emulator';
import { compareKeys } from '@store/core';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const KEYS = ['b/\u{1f600}', 'b/\uffee', 'a', `b/${['x', 'y'].join('')}`, 'é', '', 'a'];

describe('emulator: seeding', () => {
  it('writes what it was given in the order of the bytes of the keys', async () => {
    await using emulator = await startEmulator({ buckets: ['demo'] });
    const bucket = emulator.bucket('demo');
    let clock = 0;
    bucket.memory.now = () => ++clock * 1000;
    await bucket.seed(KEYS, 'text');
    const { objects } = await bucket.memory.list({ prefix: '', maxKeys: 1000 }, {});
    expect(objects.map(({ key }) => key)).to.deep.equal([...new Set(KEYS)].sort(compareKeys));
    expect(objects.map(({ size }) => size)).to.deep.equal(objects.map(() => 4));
    const times = objects.map(({ lastModified }) => Number(lastModified));
    expect(times).to.deep.equal([...times].sort((a, b) => a - b));
    expect(clock).to.equal(KEYS.length);
  });

  it('changes no key, not even one that is no Unicode', async () => {
    await using emulator = await startEmulator({ buckets: ['demo'] });
    const bucket = emulator.bucket('demo');
    await bucket.seed(['x\ud800', `${'pieces-'.repeat(3)}\u{1f600}`]);
    expect(await bucket.keys()).to.have.members(['x\ud800', 'pieces-pieces-pieces-\u{1f600}']);
  });

  it('gives a key that is named twice two versions where there are versions', async () => {
    await using emulator = await startEmulator({ buckets: [{ name: 'demo', versioning: 'enabled' }] });
    const bucket = emulator.bucket('demo');
    await bucket.seed(['b', 'a', 'b']);
    const { versions } = await bucket.listVersions({ prefix: '', maxKeys: 1000 });
    expect(versions.map(({ key, isLatest }) => [key, isLatest])).to.deep.equal([
      ['a', true],
      ['b', true],
      ['b', false],
    ]);
  });
});
