import { startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { s3Store } from './emulated-stores.js';
import { Place } from './run-store.js';

describe('store rm, without -r', () => {
  let emulator: Emulator;
  let place: Place;
  beforeEach(async () => {
    emulator = await startEmulator({ s3: {}, buckets: ['demo', 'other'] });
    place = await Place.create({
      stores: {
        demo: s3Store(emulator),
        other: s3Store(emulator, { bucket: 'other' }),
        gone: s3Store(emulator, { bucket: 'gone' }),
        memory: { provider: 'memory' },
      },
    });
    await emulator.bucket('demo').seed(['a', 'b', 'c', 'd/1', 'd/2', 'x*y']);
    await emulator.bucket('other').seed(['a', 'z']);
  });
  afterEach(async () => {
    await place[Symbol.asyncDispose]();
    await emulator.close();
  });

  const left = (bucket = 'demo'): Promise<readonly string[]> => emulator.bucket(bucket).keys();

  it('deletes several, of several stores, and says nothing', async () => {
    await place.output('rm', 'demo:a', 'other:z', 'demo:c', 'demo:a');
    expect(await left()).to.deep.equal(['b', 'd/1', 'd/2', 'x*y']);
    expect(await left('other')).to.deep.equal(['a']);
    expect(emulator.log.of('DeleteObjects').length + emulator.log.of('DeleteObject').length).to.equal(2);
  });

  it('goes on after one that cannot be deleted, names it with the reason, and exits with 1', async () => {
    emulator.setFaults({ deny: [{ key: '^(a|z)$' }] });
    const { code, stdout, stderr } = await place.run([
      'rm',
      '-v',
      'demo:a',
      'demo:b',
      'other:z',
      'demo:c',
      'other:a',
    ]);
    expect(code).to.equal(1);
    expect(stdout.split('\n')).to.have.members(['deleted demo:b', 'deleted demo:c', '']);
    expect(stderr.match(/^store: "(a|z)": .*AccessDenied.*$/gm)).to.have.length(3);
    expect(await left()).to.deep.equal(['a', 'd/1', 'd/2', 'x*y']);
  });

  it('reports each in JSON', async () => {
    emulator.setFaults({ deny: [{ key: '^a$' }] });
    const { code, stdout } = await place.run([
      'rm',
      '--json',
      'demo:a',
      'demo:b',
      'demo:nope',
      'demo:d[1]',
      'other:z',
    ]);
    expect(code).to.equal(1);
    const outcomes = JSON.parse(stdout) as { readonly failed: readonly object[] };
    expect(outcomes).to.deep.include({
      deleted: ['demo:b', 'other:z'],
      missing: ['demo:nope', 'demo:d[1]'],
      skipped: [],
    });
    expect(outcomes.failed).to.have.length(1);
    expect(outcomes.failed[0]).to.include({ address: 'demo:a', key: 'a', code: 'AccessDenied' });
  });

  it('goes on with the next store when one cannot be used at all', async () => {
    const { code, stderr } = await place.run(['rm', 'gone:a', 'gone:b', 'demo:a']);
    expect(code).to.equal(1);
    expect(stderr)
      .to.match(/^store: "a": .*NoSuchBucket/m)
      .and.match(/^store: "b": .*NoSuchBucket/m);
    expect(stderr).not.to.contain('no such object');
    expect(await left()).not.to.include('a');
  });

  it('says that a key is not there, which is a failure with --strict only', async () => {
    expect(await place.run(['rm', 'demo:nope', 'demo:a'])).to.deep.equal({
      code: 0,
      stdout: '',
      stderr: 'store: "nope": there is no such object\n',
    });
    const strict = await place.run(['rm', '--strict', 'demo:nope', 'demo:b']);
    expect(strict.code).to.equal(1);
    expect(strict.stderr).to.contain('"nope": there is no such object');
    expect(await left()).not.to.include('b');
    expect((await place.run(['rm', '--strict', '-r', '--yes', 'demo:d/'])).code).to.equal(2);
  });

  it('says what was meant, perhaps, by a pattern or a directory, and does not pass it for done', async () => {
    const hints = {
      'demo:{a,b}': "store rm -r --entire-store --include '{a,b}' demo:",
      'demo:d/[12]': "store rm -r --include '[12]' demo:d/",
      'demo:it?s/x/': "store rm -r --entire-store --include 'it?s/x/**' demo:",
      'demo:d/': 'store rm -r demo:d/',
    };
    for (const [address, hint] of Object.entries(hints)) {
      const { code, stdout, stderr } = await place.run(['rm', address]);
      expect({ code, stdout }, address).to.deep.equal({ code: 1, stdout: '' });
      expect(stderr)
        .to.match(/^store: ".*": there is no such object; /)
        .and.contain(hint);
    }
    expect(await left()).to.have.length(6);
    // What is there is meant.
    await place.output('rm', '--raw', 'demo:x*y');
    expect(await left()).not.to.include('x*y');
  });

  it('gives hints that work', async () => {
    const { stderr } = await place.run(['rm', 'demo:d/[1-9]']);
    const command = /store (rm .*)$/m.exec(stderr)?.[1] ?? '';
    expect((await place.shell(`$STORE ${command.replace('rm -r', 'rm -r --yes')}`)).code).to.equal(0);
    expect(await left()).to.deep.equal(['a', 'b', 'c', 'x*y']);
  });

  it('deletes one key by a plain DELETE, and without being allowed to look', async () => {
    emulator.setFaults({
      faults: [{ operation: 'HeadObject', effect: { error: { code: 'AccessDenied', status: 403 } } }],
    });
    await place.output('rm', 'demo:a');
    expect(emulator.log.of('DeleteObject')).to.have.length(1);
    expect(await left()).not.to.include('a');
  });

  it('refuses what a store cannot do before anything is deleted', async () => {
    for (const args of [
      ['--mfa', 'serial 123456', 'demo:a', 'memory:b'],
      ['--version-id', 'v1', 'memory:b'],
      ['demo:a', 'memory:'],
      ['demo:a', 'nowhere:b'],
    ]) {
      const { code, stdout } = await place.run(['rm', ...args]);
      expect({ code, stdout }, args.join(' ')).to.deep.equal({ code: 2, stdout: '' });
    }
    expect(await left()).to.include('a');
  });
}).timeout(120_000);
