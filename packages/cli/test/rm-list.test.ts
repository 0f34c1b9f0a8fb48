import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { openStore } from '@store/core';
import { startEmulator } from '@store/emulator';
import { s3 } from '@store/s3';
import { s3Store } from './emulated-stores.js';
import { FAULTY_ADAPTERS, Place, type Result } from './run-store.js';

describe('store rm --from', () => {
  const KEYS = ['p', 'p/1', 'p/2', 'p/a b', 'p/a,b', 'p/n\nl', 'p/q"', 'p/{x', 'q/1'];
  let place: Place;
  beforeEach(async () => {
    place = await Place.create({
      stores: { demo: { provider: 'fs', root: 'data', create: true, fsync: false } },
    });
    const store = await place.openFs('data');
    for (const key of KEYS) await store.put(key, 'xyz');
  });
  afterEach(() => place[Symbol.asyncDispose]());

  const left = async (): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { key } of (await place.openFs('data')).list('')) keys.push(key);
    return keys;
  };
  /** Deletes by a list; the keys that are gone then. */
  const remove = async (
    list: string | Uint8Array,
    ...options: readonly string[]
  ): Promise<Result & { readonly gone: readonly string[] }> => {
    await writeFile(place.path('list'), list);
    const address = options.some((option) => option.startsWith('demo:')) ? [] : ['demo:'];
    const result = await place.run(['rm', '--from', 'list', '--yes', ...options, ...address]);
    const there = await left();
    return { ...result, gone: KEYS.filter((key) => !there.includes(key)) };
  };

  const FORMATS: readonly (readonly [what: string, list: string, gone: readonly string[], ...string[]])[] = [
    ['lines', 'p/1\n\np/2\n', ['p/1', 'p/2']],
    ['lines with CRLF, a mark and no end', '\ufeffp/1\r\n\r\np/2', ['p/1', 'p/2']],
    ['JSON strings among lines', 'p/1\n"p/n\\nl"\n', ['p/1', 'p/n\nl']],
    ['keys like JSON and CSV', 'p/{x\np/a,b\n', ['p/a,b', 'p/{x'], '--format', 'lines'],
    ['NUL', 'p/n\nl\0p/q"\0', ['p/n\nl', 'p/q"']],
    ['NUL without a sign of it', 'p/n\nl', ['p/n\nl'], '-0'],
    ['JSON', '{"key":"p/n\\nl","size":3,"lastModified":"x"}\n\n{"key":"p/1"}', ['p/1', 'p/n\nl']],
    ['an inventory', '"b","p/a+b","","true","false"\n"b","p/a%2Cb","","true","false"\n', ['p/a b', 'p/a,b']],
    [
      'CSV with CRLF, a mark and line feeds in keys',
      '\ufeff"b","p/n\nl"\r\n"b","p/q"""\r\n',
      ['p/n\nl', 'p/q"'],
    ],
    ['CSV with names', 'size,key,bucket\n3,p/1,b\n', ['p/1'], '--format', 'csv'],
  ];
  for (const [what, list, gone, ...options] of FORMATS) {
    it(`deletes exactly the keys of a list: ${what}`, async () => {
      const result = await remove(list, ...options);
      expect(result).to.deep.include({ code: 0, gone });
    });
  }

  const REFUSED: readonly (readonly [what: string, list: string | Uint8Array, ...string[]])[] = [
    ['a key that begins as JSON', '{x\np/1\n'],
    ['a comma', 'p/1,p/2\n'],
    ['JSON without a key', '{"key":"p/1"}\n{"prefix":"p/"}\n'],
    ['a version under another name', '{"key":"p/1"}\n{"key":"p/2","versionID":"7"}\n'],
    ['a version that is empty', '{"key":"p/1","versionId":""}\n'],
    ['half a JSON string', 'p/1\n"p/2\n'],
    ['other bytes than UTF-8', Buffer.from('p/1\np/\xff\n', 'latin1')],
    ['UTF-16', Buffer.from('\ufeffp/1\n', 'utf16le')],
    ['UTF-16 without a mark', Buffer.from('p/1\nq\n', 'utf16le')],
    ['UTF-16 the other way round', Buffer.from('p/1\nq\n', 'utf16le').swap16()],
    ['an open quote', '"b","p/1"\n"b","p/2\n'],
    ['a key that is not encoded', 'b,p/1\nb,p/%zz\n', '--format', 'csv'],
    ['columns that nobody knows', '"b","p/1","3","2026-01-01T00:00:00Z"\n'],
    ['a set', '{"type":"set","format":1}\n'],
    ['-0 and another format', 'p/1', '-0', '--format', 'json'],
    ['an option of -r', 'p/1\n', '--include', '*'],
    ['-r', 'p/1\n', '-r'],
  ];
  for (const [what, list, ...options] of REFUSED) {
    it(`refuses before anything is deleted: ${what}`, async () => {
      const { code, gone, stderr } = await remove(list, ...options);
      expect({ code, gone }, stderr).to.deep.equal({ code: 2, gone: [] });
    });
  }

  it('names keys outside its address, and deletes the others', async () => {
    const { code, stdout, gone } = await remove('q/1\np/1\np\n', '--json', 'demo:p/');
    expect({ code, gone }).to.deep.equal({ code: 1, gone: ['p/1'] });
    expect(JSON.parse(stdout)).to.deep.include({
      listed: 3,
      matched: 3,
      deleted: 1,
      failed: 2,
      complete: false,
    });
  });

  it('asks, and cannot ask by what is the list', async () => {
    const run = (...options: readonly string[]): Promise<Result> =>
      place.run(['rm', '--from', '-', ...options, 'demo:'], 'p/1\n');
    expect((await run()).code).to.equal(2);
    expect((await run('--dry-run')).stdout).to.contain('would delete 1 object');
    expect(await left()).to.have.length(KEYS.length);
    expect((await run('--yes')).code).to.equal(0);
    expect(await left()).to.deep.equal(KEYS.filter((key) => key !== 'p/1'));
  });

  it('takes what ls --json, --failures and a journal say', async () => {
    const listed = await place.output('ls', '-r', '--json', 'demo:q/');
    expect(await remove(listed)).to.deep.include({ code: 0, gone: ['q/1'] });

    const held = { provider: 'locked', objects: { 'p/1': 'x', 'p/2.locked': 'x' } };
    await place.configure({ stores: { held, demo: { provider: 'fs', root: 'data' } } });
    const adapter = ['--adapter', FAULTY_ADAPTERS];
    const options = ['--failures', 'f', '--journal', 'j'];
    expect((await place.run([...adapter, 'rm', '-r', '--yes', ...options, 'held:p/'])).code).to.equal(1);
    await (await place.openFs('data')).put('p/2.locked', 'x');
    for (const file of ['f', 'j']) {
      await (await place.openFs('data')).put('p/2.locked', 'x');
      const { code, stdout, stderr } = await place.run(['rm', '--from', file, '--yes', '--json', 'demo:p/']);
      expect(code, stderr).to.equal(0);
      expect(JSON.parse(stdout)).to.include({ listed: 1, deleted: 1 });
      expect(await left()).to.not.include('p/2.locked');
      expect(await left()).to.include('p/1');
    }
  });

  it('deletes versions, of its own bucket alone', async () => {
    const emulator = await startEmulator({ s3: {}, buckets: [{ name: 'demo', versioning: 'enabled' }] });
    try {
      await place.configure({ stores: { s3: s3Store(emulator) } });
      const store = await openStore(s3Store(emulator), { adapters: [s3] });
      await store.put('k', '1');
      await store.put('k', '2');
      const versions: string[] = [];
      for await (const { versionId } of store.listVersions('')) versions.push(versionId);
      const rows = [
        `"demo","k","${versions[1]}","false","false"`,
        `"other","k","${versions[0]}","true","false"`,
      ];
      await writeFile(place.path('list'), `${rows.join('\n')}\n`);
      const { code, stdout, stderr } = await place.run(['rm', '--from', 'list', '--yes', 's3:']);
      expect(code, stderr).to.equal(1);
      expect(stdout).to.contain('it is of the bucket other');
      const after: string[] = [];
      for await (const { versionId } of store.listVersions('')) after.push(versionId);
      expect(after).to.deep.equal([versions[0]]);
      await store.close();
    } finally {
      await emulator.close();
    }
  });
}).timeout(120_000);
