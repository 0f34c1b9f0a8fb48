import { startEmulator } from '@store/emulator';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { s3Store } from './emulated-stores.js';
import { Place } from './run-store.js';

describe('store ls --versions', () => {
  it('lists versions and delete markers, in words and in JSON that rm --from takes', async () => {
    await using emulator = await startEmulator({ s3: {}, buckets: ['demo'] });
    emulator.bucket('demo').setVersioning('enabled');
    await using place = await Place.create({ stores: { s3: s3Store(emulator), m: { provider: 'memory' } } });
    await place.run(['put', '-', 's3:p/a'], 'one');
    await place.run(['put', '-', 's3:p/a'], 'three');
    await place.run(['put', '-', 's3:p/b/c'], 'x');
    await place.run(['rm', 's3:p/a']);

    const text = await place.output('ls', '--versions', 's3:p/');
    const rows = text
      .trimEnd()
      .split('\n')
      .map((line) => line.trim().split(/ {2,}/));
    expect(
      rows.map(([size, time, id, what, key]) => [size, what, key, time?.slice(-1), id !== '']),
    ).to.deep.equal([
      ['-', 'latest marker', 'p/a', 'Z', true],
      ['5 B', 'older version', 'p/a', 'Z', true],
      ['3 B', 'older version', 'p/a', 'Z', true],
      ['1 B', 'latest version', 'p/b/c', 'Z', true],
    ]);

    const json = await place.output('ls', '--versions', '--json', 's3:p/a');
    const [marker] = json
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(marker).to.include({ key: 'p/a', deleteMarker: true, isLatest: true });
    expect(marker).to.include.keys('versionId', 'lastModified');
    expect((await place.run(['rm', '--from', '-', '--yes', 's3:'], json)).code).to.equal(0);
    expect(await place.output('ls', '--versions', 's3:')).to.match(/^.* p\/b\/c\n$/);
  });

  it('refuses what does not go with it, and stores without versions', async () => {
    await using place = await Place.create({ stores: { m: { provider: 'memory' } } });
    for (const args of [['m:'], ['--start-after', 'a', 'm:']]) {
      const { code, stdout } = await place.run(['ls', '--versions', ...args]);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    }
  });
}).timeout(60_000);
