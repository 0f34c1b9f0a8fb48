import { execFileSync } from 'node:child_process';
import { closeSync, createReadStream, openSync } from 'node:fs';
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Place } from './run-store.js';

function create(): Promise<Place> {
  return Place.create({
    default: 'demo',
    stores: {
      demo: { provider: 'fs', root: './data', create: true, fsync: false },
      other: { provider: 'fs', root: './other', create: true, fsync: false },
    },
  });
}

describe('store, object by object', () => {
  it('puts, stats, cats, gets, copies, lists and deletes', async () => {
    await using place = await create();
    await writeFile(place.path('file.bin'), Buffer.from([0, 255, 10, 13]));
    const put = ['put', 'file.bin', 'demo:dir/', '--content-type', 'image/x', '--metadata', 'who=me'];
    expect(await place.run(put)).to.deep.equal({ code: 0, stdout: '', stderr: '' });
    await place.run(['put', '-', 'demo:top'], 'from stdin');

    expect((await place.run(['ls', 'demo:'])).stdout).to.equal('dir/\ntop\n');
    expect((await place.run(['ls', '-r', ':'])).stdout).to.equal('dir/file.bin\ntop\n');
    expect((await place.run(['ls', '-l', 'demo:dir/'])).stdout).to.match(
      /^ +4 B  \d{4}-.*Z  dir\/file\.bin\n$/,
    );
    expect((await place.run(['cat', 'demo:top'])).stdout).to.equal('from stdin');
    expect((await place.run(['du', 'demo:'])).stdout).to.equal('2 objects, 14 B\n');

    const stat = await place.run(['stat', '--json', 'demo:dir/file.bin']);
    expect(JSON.parse(stat.stdout)).to.deep.include({
      key: 'dir/file.bin',
      size: 4,
      contentType: 'image/x',
      metadata: { who: 'me' },
    });

    await mkdir(place.path('out'));
    expect((await place.run(['get', 'demo:dir/file.bin', 'out'])).code).to.equal(0);
    expect([...(await readFile(place.path('out/file.bin')))]).to.deep.equal([0, 255, 10, 13]);
    const again = await place.run(['get', 'demo:top', 'out/file.bin']);
    expect(again.code).to.equal(2);
    expect(again.stderr).to.contain('--force');
    expect((await place.run(['get', '--force', 'demo:top', 'out/file.bin'])).code).to.equal(0);
    expect(await readFile(place.path('out/file.bin'), 'utf8')).to.equal('from stdin');

    expect((await place.run(['cp', 'demo:dir/file.bin', 'demo:copy'])).code).to.equal(0);
    expect((await place.run(['cp', 'demo:dir/file.bin', 'other:'])).code).to.equal(0);
    const copied = await place.run(['stat', '--json', 'other:file.bin']);
    expect(JSON.parse(copied.stdout)).to.deep.include({ size: 4, metadata: { who: 'me' } });

    expect((await place.run(['rm', 'demo:copy', 'demo:top', 'demo:never-was'])).code).to.equal(0);
    expect((await place.run(['ls', '-r', 'demo:'])).stdout).to.equal('dir/file.bin\n');
  });

  it('takes a URL without any configuration, the key byte for byte', async () => {
    await using place = await Place.create();
    await mkdir(place.path('data'));
    const url = pathToFileURL(place.path('data')).href.replace('file:', 'fs:');
    await place.run(['put', '-', `${url}/a%20b//c`], 'x');
    expect((await place.run(['ls', '-r', '--json', `${url}/`])).stdout).to.contain('"key":"a b//c"');
    expect((await place.run(['rm', '-r', '--yes', `${url}/a%20b/`])).code).to.equal(0);
    expect((await place.run(['ls', '-r', `${url}/`])).stdout).to.equal('');
  });

  it('finds the configuration above the current directory, and by STORE_CONFIG', async () => {
    await using place = await create();
    await mkdir(place.path('deep/er'), { recursive: true });
    await place.run(['put', '-', 'demo:k'], 'x');
    const inside = await place.run(['ls', ':'], '', { STORE_CONFIG: place.path('store.config.json') });
    expect(inside.stdout).to.equal('k\n');
    await writeFile(
      place.path('deep/commented.jsonc'),
      '{ // comment\n "stores": { "m": { "provider": "memory", }, }, }',
    );
    const check = await place.run(['config', 'check', '--config', 'deep/commented.jsonc']);
    expect(check.code).to.equal(0);
    expect(check.stdout).to.match(/commented\.jsonc: ok\n {2}m: memory \(default\)\n/);
  });

  it('checks every store of the configuration at once', async () => {
    await using place = await Place.create({
      stores: { one: { provider: 'fs', rot: 1 }, two: { provider: 'memory', versioning: 'on' } },
      gateway: { accessKeyId: 'AK', secretAccesKey: 'very-secret' },
    });
    const { code, stderr } = await place.run(['config', 'check']);
    expect(code).to.equal(2);
    expect(stderr).to.contain('stores.one.rot').and.contain('stores.two.versioning');
    expect(stderr).to.contain('config.gateway.secretAccesKey: unknown key; did you mean "secretAccessKey"?');
    expect(stderr).not.to.contain('very-secret');
  });

  it('shows keys that would act on a terminal in quotes', async () => {
    await using place = await create();
    await place.run(['put', '-', 'demo:red\u001b[31m'], 'x');
    expect((await place.run(['ls', 'demo:'])).stdout).to.equal('"red\\u001b[31m"\n');
  });

  it('writes through links, pipes and devices, and never replaces one', async () => {
    await using place = await create();
    await using store = await place.openFs('data');
    await store.put('key', 'content');
    await writeFile(place.path('file'), 'old');
    await symlink('file', place.path('link'));
    expect((await place.run(['get', 'demo:key', 'link'])).code).to.equal(2);
    await place.output('get', '--force', 'demo:key', 'link');
    expect((await lstat(place.path('link'))).isSymbolicLink()).to.equal(true);
    expect(await readFile(place.path('file'), 'utf8')).to.equal('content');

    execFileSync('mkfifo', [place.path('pipe')]);
    for (const options of [[], ['--force']]) {
      const got = text(createReadStream(place.path('pipe')));
      await place.run(['get', ...options, 'demo:key', 'pipe']);
      expect(await got).to.equal('content');
    }
    expect((await lstat(place.path('pipe'))).isFIFO()).to.equal(true);
    // As /dev/stdout is, which is not at stake here.
    await symlink('/proc/self/fd/1', place.path('stdout'));
    const out = openSync(place.path('out'), 'a');
    await place.runInto(['get', 'demo:key', 'stdout', '--force'], { stdout: out });
    closeSync(out);
    expect(await readFile(place.path('out'), 'utf8')).to.equal('content');
    expect(await readdir(place.directory)).to.have.members([
      'data',
      'file',
      'link',
      'out',
      'pipe',
      'stdout',
      'store.config.json',
    ]);
  });

  it('will not let a key choose the place of a file', async () => {
    await using place = await create();
    await place.run(['put', '-', 'demo:a/..'], 'x');
    const { code, stderr } = await place.run(['get', 'demo:a/..']);
    expect(code).to.equal(2);
    expect(stderr).to.contain('no file name');
  });

  it('ends quietly when the reader of a listing goes away', async () => {
    const objects = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`k/${i}`, '']));
    await using place = await Place.create({ stores: { m: { provider: 'memory', objects } } });
    const child = place.start(['ls', '-r', 'm:']);
    let stderr = '';
    child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
  });
});
