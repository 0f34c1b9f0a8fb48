import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { ObjectStore } from '@store/core';
import type { TransferProgress } from '@store/transfer';
import { startEmulator } from '@store/emulator';
import { lineText } from '#src/line.js';
import { transferLine } from '#src/transfer/view.js';
import { s3Store } from './emulated-stores.js';
import { FAULTY_ADAPTERS, finish, Place } from './run-store.js';

const CONFIG = {
  stores: {
    a: { provider: 'fs', root: './a', create: true, fsync: false },
    b: { provider: 'fs', root: './b', create: true, fsync: false },
  },
};

describe('store cp, mv, sync', () => {
  let place: Place;
  let a: ObjectStore;
  let b: ObjectStore;
  beforeEach(async () => {
    place = await Place.create(CONFIG);
    a = await place.openFs('a');
    b = await place.openFs('b');
    for (const key of ['x/1.txt', 'x/2.txt', 'x/deep/3.log', 'z']) await a.put(key, `text of ${key}`);
  });
  afterEach(async () => {
    await a.close();
    await b.close();
    await place[Symbol.asyncDispose]();
  });

  async function keys(store: ObjectStore): Promise<string[]> {
    const found: string[] = [];
    for await (const { key } of store.list('')) found.push(key);
    return found;
  }

  it('copies a prefix: by its name into what ends in "/", or what is in it', async () => {
    const stdout = await place.output('cp', '-r', 'a:x', 'b:');
    expect(stdout).to.match(/^copied 3 objects \(.*\) from "x\/" \(fs\) to "x\/" \(fs\) in .*\ncomplete\n$/);
    await place.output('cp', '-r', 'a:x/', 'b:in/');
    await place.output('cp', '-r', 'a:x', 'b:as');
    expect(await keys(b)).to.deep.equal(
      ['as/', 'in/', 'x/'].flatMap((dir) => ['1.txt', '2.txt', 'deep/3.log'].map((rest) => dir + rest)),
    );
    expect(await (await b.get('as/deep/3.log')).text()).to.equal('text of x/deep/3.log');
  });

  it('copies by a pattern into a directory beside what it takes', async () => {
    await mkdir(place.path('src/in'), { recursive: true });
    for (const name of ['1.txt', '2.txt', '3.log', 'in/4.txt'])
      await writeFile(place.path(`src/${name}`), name);
    await place.output('cp', './src/*.txt', './src/in/');
    expect(await readdir(place.path('src/in'))).to.have.members(['1.txt', '2.txt', '4.txt']);
    const recursive = await place.run(['cp', '-r', './src/*', './src/in/']);
    expect(recursive).to.include({ code: 2 });
    expect(recursive.stderr).to.contain('overlap');
  });

  it('says what to do where braces of a pattern have a "/"', async () => {
    for (const args of [
      ['cp', 'a:{x/1,y}*.txt', './to/'],
      ['mv', '-r', 'a:d/{x/1,y}*', './to/'],
      ['rm', '--yes', 'a:{x/1,y}*.txt'],
    ]) {
      const { code, stderr } = await place.run(args);
      expect({ code, stderr }, args.join(' ')).to.deep.include({ code: 2 });
      expect(stderr).to.contain('has a "/" in braces').and.to.contain('--include');
    }
    // Braces of directories are their names, and braces in the last part are a choice.
    const { stderr } = await place.run(['cp', 'a:{x}/{1,2}*.txt', './to/']);
    expect(stderr).to.contain('there is no object that matches');
  });

  it('says from where to where it copied as that was given, where a prefix does not say it', async () => {
    await mkdir(place.path('src'));
    for (const name of ['1.txt', '2.txt', '3.log']) await writeFile(place.path(`src/${name}`), name);
    const first = async (...args: readonly string[]): Promise<string> =>
      (await place.output(...args)).replace(/ in \d.*/s, '').replace(/ \(\d+ B\)/, '');
    expect(await first('cp', './src/*.txt', './to/')).to.equal(
      'copied 2 objects from "./src/*.txt" (files) to "to/" (files) on the provider\'s side',
    );
    expect(await first('cp', './src/*.{txt,log}', 'b:')).to.equal(
      'copied 3 objects from "./src/*.{txt,log}" (files) to "b:" (fs)',
    );
    expect(await first('cp', 'a:x/*.txt', 'b:in/')).to.equal(
      'copied 2 objects from "a:x/*.txt" (fs) to "in/" (fs)',
    );
    expect(await first('cp', '-r', 'a:', './to/')).to.equal(
      'copied 4 objects from "a:" (fs) to "to/" (files)',
    );
    const { stderr } = await place.run(['cp', './none/*.zip', 'b:']);
    expect(stderr).to.equal('store: nothing is at "./none/*.zip": there is no object that matches\n');
    // What breaks off says it too.
    const objects = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${10 + i}`, 'x']));
    await place.configure({
      stores: { ...CONFIG.stores, broken: { provider: 'broken', maxPageSize: 10, objects } },
    });
    const broken = await place.run(['--adapter', FAULTY_ADAPTERS, 'cp', 'broken:*', 'b:']);
    expect(broken.stdout).to.match(
      /^copied \d+ objects .*from "broken:\*" \(memory\) to "b:" .*\nincomplete\n$/,
    );
    expect(broken.stderr).to.match(/^store: .*truncated[^\n]*\n/);
  });

  it('copies several objects, and those that match a pattern, into a directory', async () => {
    await place.output('cp', 'a:x/1.txt', 'a:z', 'b:two/');
    await place.output('cp', 'a:x/*.txt', 'b:pattern/');
    await place.output('cp', '-r', 'a:x/*e*', 'b:all/');
    expect(await keys(b)).to.deep.equal([
      'all/deep/3.log',
      'pattern/1.txt',
      'pattern/2.txt',
      'two/1.txt',
      'two/z',
    ]);
    const refused = await place.run(['cp', 'a:x/1.txt', 'a:z', 'b:one']);
    expect(refused).to.deep.include({ code: 2, stdout: '' });
    expect(refused.stderr).to.contain('end "b:one" with "/"');
  });

  it('says that a connection broke before anything was read', async () => {
    await place.configure({ stores: { torn: { provider: 'torn', objects: { k: 'text' } } } });
    for (const args of [
      ['get', 'torn:k', 'file'],
      ['get', '--bwlimit', '1M', 'torn:k', 'file'],
      ['cp', '--bwlimit', '1M', 'torn:k', '-'],
      ['cp', 'torn:k', './file'],
      ['cat', 'torn:k'],
    ]) {
      const { code, stdout, stderr } = await place.run([
        '--adapter',
        FAULTY_ADAPTERS,
        '--retries',
        '0',
        ...args,
      ]);
      expect({ code, stdout }, args.join(' ')).to.deep.equal({ code: 1, stdout: '' });
      expect(stderr, args.join(' ')).to.match(/^store: .*the connection was reset\n$/);
    }
    expect(await readdir(place.directory)).not.to.include('file');
  });

  it('goes no faster than it may (--bwlimit), whatever copies', async () => {
    const bytes = Buffer.alloc(512 * 1024, 'x');
    await a.put('large', bytes);
    await writeFile(place.path('large'), bytes);
    // The first piece is free, so that half a second is the least for both a stream and two objects.
    await a.put('pair/1', bytes);
    await a.put('pair/2', bytes);
    for (const [rate, ...args] of [
      ['512K', 'get', 'a:large', 'got'],
      ['512K', 'put', 'large', 'b:put'],
      ['512K', 'cp', '-r', 'a:pair/', 'b:'],
      ['512K', 'sync', 'a:pair/', 'b:synced/'],
    ] as const) {
      const begun = performance.now();
      await place.output(...args, '--bwlimit', rate);
      expect(performance.now() - begun, args.join(' ')).to.be.above(500);
    }
    expect(await readFile(place.path('got'))).to.deep.equal(bytes);
    expect((await b.head('put')).size).to.equal(bytes.length);
    for (const [command, ...rest] of [
      ['get', 'a:large', '-'],
      ['put', 'large', 'b:'],
      ['cp', 'a:large', 'b:'],
      ['mv', 'a:large', 'b:'],
    ] as const) {
      const { code, stderr } = await place.run([command, ...rest, '--bwlimit', '0']);
      expect(code, command).to.equal(2);
      expect(stderr).to.match(/bwlimit|maxBytesPerSecond|max-bytes-per-second/);
    }
  });

  it('is quiet about one object, and says what is wrong with it', async () => {
    expect(await place.output('cp', 'a:z', 'b:')).to.equal('');
    expect(await place.run(['cp', 'a:nothing', 'b:'])).to.deep.equal({
      code: 1,
      stdout: '',
      stderr: 'store: "nothing": there is no such object\n',
    });
    const nothing = await place.run(['cp', '-r', 'a:nothing', 'b:']);
    expect(nothing.code).to.equal(1);
    expect(nothing.stderr).to.contain('nothing is at "a:nothing"');
    for (const args of [['a:x/', 'b:'], ['a:z'], ['a:z', 'b:y', '--include', '*'], ['a:z', 'a:z']]) {
      const { code, stderr } = await place.run(['cp', ...args]);
      expect(code, args.join(' ')).to.equal(2);
      expect(stderr).to.match(/^store: /);
    }
  });

  it('tells of one object once, with -r too', async () => {
    for (const args of [
      ['cp', '-r', 'a:z', 'b:'],
      ['cp', '-r', '-n', 'a:z', 'b:'],
      ['mv', '-r', 'b:z', 'b:moved/'],
    ])
      expect(await place.output(...args), args.join(' ')).to.match(
        /^(copied|would copy) 1 object .*\n(deleted 1 object at the source\n)?(complete|dry run: .*)\n$/,
      );
    const report: unknown = JSON.parse(await place.output('cp', '-r', '--json', 'a:z', 'b:'));
    expect(report).to.include({ operation: 'copyKeys', copied: 1 });
    await a.put('z/below', 'x');
    expect(await place.output('cp', '-r', 'a:z', 'b:both/')).to.match(
      /^copied 1 object .*\ncomplete\ncopied 1 object/,
    );
  });

  it('takes - for stdin and stdout', async () => {
    await place.run(['cp', '-', 'b:from/stdin', '--content-type', 'text/x-mine'], 'piped');
    expect((await b.head('from/stdin')).contentType).to.equal('text/x-mine');
    for (const args of [
      ['cp', 'b:from/stdin', '-'],
      ['get', 'b:from/stdin', '-'],
    ])
      expect(await place.output(...args)).to.equal('piped');
    expect((await place.run(['cp', '-', 'b:'], 'x')).code).to.equal(2);
    expect((await place.run(['cp', '-', 'a:z', 'b:'], 'x')).code).to.equal(2);
  });

  it('leaves alone with --update what is there, and prints its report as JSON', async () => {
    await place.output('cp', '-r', 'a:x', 'b:');
    await a.put('x/new', 'new');
    const report: unknown = JSON.parse(await place.output('cp', '-ru', '--json', 'a:x', 'b:'));
    expect(report).to.deep.include({
      operation: 'copyPrefix',
      listed: 4,
      same: 3,
      copied: 1,
      complete: true,
    });
  });

  it('moves objects and prefixes', async () => {
    await place.output('mv', 'a:z', 'b:zz');
    const stdout = await place.output('mv', '-r', 'a:x/', 'b:x/', '--exclude', '*.txt');
    expect(stdout).to.contain('deleted 1 object at the source\n');
    expect(await keys(a)).to.deep.equal(['x/1.txt', 'x/2.txt']);
    expect(await keys(b)).to.deep.equal(['x/deep/3.log', 'zz']);
  });

  it('does not let one source replace another in a move', async () => {
    await a.put('y/1.txt', 'of y');
    await b.put('w/1.txt', 'of b');
    for (const sources of [
      ['a:x/1.txt', 'a:y/1.txt'],
      ['a:x/1.txt', 'b:w/1.txt'],
      ['-r', 'a:x/', 'a:y/'],
      ['a:x/*.txt', 'b:w/*.txt'],
      ['-r', 'a:z', 'a:y/'],
    ]) {
      const { code, stderr } = await place.run(['mv', ...sources, 'b:t/']);
      expect({ code }, sources.join(' ')).to.deep.equal({ code: 2 });
      expect(stderr).to.match(/would get the same|one could replace what came from another/);
    }
    expect((await place.run(['cp', 'a:x/1.txt', 'b:w/1.txt', 'b:t/'])).code).to.equal(2);
    expect(await keys(b)).to.deep.equal(['w/1.txt']);
    // What would be replaced stays where it is.
    const { code } = await place.run(['mv', '-r', '--if-absent', 'a:x/', 'a:y/', 'b:t/']);
    expect(code).to.equal(1);
    expect(await keys(a)).to.deep.equal(['y/1.txt', 'z']);
    expect(await keys(b)).to.deep.equal(['t/1.txt', 't/2.txt', 't/deep/3.log', 'w/1.txt']);
    // Their names keep them apart.
    await place.output('mv', '-r', 'b:t', 'b:w', 'a:new/');
    expect(await keys(a)).to.include.members(['new/t/1.txt', 'new/w/1.txt']);
  });

  it('names what was copied and could not be deleted at the source', async () => {
    await using emulator = await startEmulator({ s3: {}, buckets: ['demo'] });
    await emulator.bucket('demo').seed(['p/1', 'p/2'], 'x');
    emulator.setFaults({ deny: [{ key: '^p/2$' }] });
    await using held = await Place.create({ stores: { s3: s3Store(emulator) } });
    const { code, stdout } = await held.run(['mv', '-r', 's3:p/', 's3:q/', '--failures', 'failed']);
    const [line = '', ...others] = (await readFile(held.path('failed'), 'utf8')).split('\n');
    expect(JSON.parse(line)).to.include({ key: 'p/2', code: 'AccessDenied', undeletedAt: 'source' });
    expect(others).to.deep.equal(['']);
    expect(code).to.equal(1);
    expect(stdout).to.match(
      /deleted 1 object at the source, not deleted: 1 \(AccessDenied\)\n {2}"p\/2": AccessDenied: .*\nincomplete/,
    );
    expect(await emulator.bucket('demo').keys()).to.have.members(['p/2', 'q/1', 'q/2']);
  });

  it('makes a target like a source, and asks before it deletes', async () => {
    await b.put('x/only.txt', 'x');
    const first = await place.output('sync', 'a:', 'b:');
    expect(first).to.contain('copied 4 objects').and.to.contain('only at the target: 1 object\n');
    const unasked = await place.run(['sync', '--delete', 'a:', 'b:']);
    expect(unasked.code).to.equal(2);
    expect(unasked.stderr).to.contain('--yes');
    const dry = await place.output('sync', '--delete', '--dry-run', '-v', 'a:', 'b:');
    expect(dry).to.match(/^delete "x\/only\.txt"\nwould copy 0 objects/);
    expect(dry).to.contain('would delete 1 object at the target');
    expect(await keys(b)).to.include('x/only.txt');
    const last = await place.output('sync', '--delete', '-y', '--checksum', 'a:', 'b:');
    expect(last).to.contain('the same already: 4 objects\ndeleted 1 object at the target\ncomplete\n');
    expect(await keys(b)).to.deep.equal(await keys(a));
  });

  it('does not empty a target because the source is empty', async () => {
    const { code, stdout } = await place.run(['sync', '--delete', '-y', 'b:', 'a:']);
    expect(code).to.equal(1);
    expect(stdout).to.contain('with --force they are deleted all the same');
    expect(await keys(a)).to.have.length(4);
  });

  it('takes no file and no missing path for an empty directory', async () => {
    await writeFile(place.path('file'), 'x');
    for (const source of ['./file', './file/', './none', './none/', './file/none']) {
      for (const flags of [[], ['--delete', '--force', '--yes'], ['-n']]) {
        const { code, stderr } = await place.run(['sync', ...flags, source, 'a:x/']);
        expect({ code }, [source, ...flags].join(' ')).to.deep.equal({ code: 2 });
        expect(stderr).to.match(/is a file|does not exist|not a directory/);
      }
    }
    expect(await keys(a)).to.have.length(4);
    // A store of the configuration has prefixes, and one that is empty is none.
    await place.output('sync', 'b:none/', 'a:x/');
  });

  it('stops at an interrupt, and says how to go on', async () => {
    for (let i = 0; i < 500; i++) await a.put(`many/${i}`, 'x'.repeat(1000));
    const child = place.start(['sync', 'a:', 'b:', '--max-bytes-per-second', '20K', '--concurrency', '2']);
    const ended = finish(child);
    const waiting = setInterval(() => {
      void keys(b).then((found) => {
        if (found.length <= 3) return;
        clearInterval(waiting);
        if (!child.killed) child.kill('SIGINT');
      });
    }, 50);
    await once(child, 'exit');
    clearInterval(waiting);
    const { code, stdout, stderr } = await ended;
    expect(code).to.equal(130);
    expect(stdout).to.contain('interrupted\n');
    expect(stderr).to.match(/to go on: the same command\n$/);
    expect(await place.output('sync', 'a:', 'b:')).to.match(/the same already: \d+ objects/);
    expect(await keys(b)).to.deep.equal(await keys(a));
  });

  it('takes plain directories: cp, sync, get -r, put -r', async () => {
    await place.output('cp', '-r', 'a:x', '.');
    await place.output('sync', 'a:x/', './copy');
    expect(await place.output('get', '-r', 'a:x', 'got')).to.contain('copied 3 objects');
    for (const directory of ['x', 'copy', 'got/x'])
      expect(await readFile(place.path(`${directory}/deep/3.log`), 'utf8')).to.equal('text of x/deep/3.log');
    const again = await place.run(['get', '-r', 'a:x', 'got']);
    expect(again.code).to.equal(1);
    expect(again.stdout).to.contain('not copied: 3 objects, PreconditionFailed');
    await place.output('put', '-r', 'copy', 'b:');
    await place.output('put', '-r', 'copy/', 'b:in');
    expect(await keys(b)).to.deep.equal(
      ['copy/', 'in/'].flatMap((directory) =>
        ['1.txt', '2.txt', 'deep/3.log'].map((rest) => directory + rest),
      ),
    );
    expect((await b.head('in/1.txt')).contentType).to.equal('text/plain');
    expect((await place.run(['sync', './x', './x/deep'])).code).to.equal(2);
  });

  it('names keys that no file can have, and goes on', async () => {
    await a.put('x/../evil', 'x');
    const { code, stdout } = await place.run(['cp', '-r', 'a:x/', './out/']);
    expect(code).to.equal(1);
    expect(stdout).to.contain('"x/../evil": InvalidArgument: no file can have this key');
    expect(stdout).to.contain('copied 3 of 4 objects');
    expect(await readdir(place.directory)).not.to.include('evil');
  });

  it('has examples in its help', async () => {
    for (const name of ['cp', 'mv', 'sync', 'get', 'put'])
      expect(await place.output(name, '--help')).to.contain(`Examples:\n  store ${name} `);
  });
});

describe('the progress of a transfer', () => {
  const progress: Omit<TransferProgress, 'elapsedMs'> = {
    phase: 'copying',
    listed: 600,
    matched: 600,
    copied: 390,
    same: 100,
    failed: 10,
    skipped: 0,
    bytes: 30 * 1024 * 1024,
    settledBytes: 25 * 1024 * 1024,
    deleted: 0,
  };

  it('has a bar and the time left when it is known how much there is', () => {
    const total = { objects: 1000, bytes: 100 * 1024 * 1024 };
    const line = lineText(transferLine({ ...progress, total }, 10_000));
    expect(line).to.match(/^█{6}░{18} 25 % · 500\/1,000 objects/);
    for (const part of ['100 the same', '30 MiB', '3 MiB/s', '10 failed', '10.0 s', 'ETA 30.0 s'])
      expect(line).to.contain(part);
  });

  it('has counters and no bar else', () => {
    const line = lineText(transferLine(progress, 10_000));
    expect(line).to.match(/^500 objects · /);
    expect(line).not.to.contain('ETA');
    const deleting = transferLine({ ...progress, phase: 'deleting', deleted: 12 }, 10_000);
    expect(lineText(deleting)).to.match(/^12 deleted at the target/);
  });
});
