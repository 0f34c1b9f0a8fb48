import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { DeletionReport } from '@store/core';
import { FAULTY_ADAPTERS, Place, type Result } from './run-store.js';

const KEYS = [
  'logs/2019-',
  'logs/2019-01',
  'logs/2019-02/a',
  'logs/2019-1[0]x',
  'logs/2020-01',
  'other/1',
  'top',
];

const BROKEN = Array.from({ length: 30 }, (_, i) => [`p/${10 + i}`, 'x'] as const);

describe('store rm, as in other tools', () => {
  let place: Place;
  beforeEach(async () => {
    place = await Place.create({
      stores: { b: { provider: 'fs', root: 'data', create: true, fsync: false } },
    });
    await using store = await place.openFs('data');
    for (const key of KEYS) await store.put(key, 'xyz');
  });
  afterEach(() => place[Symbol.asyncDispose]());

  const gone = async (): Promise<string[]> => {
    await using store = await place.openFs('data');
    const left = new Set<string>();
    for await (const { key } of store.list('')) left.add(key);
    return KEYS.filter((key) => !left.has(key));
  };
  const remove = async (
    ...args: readonly string[]
  ): Promise<Result & { readonly gone: readonly string[] }> => ({
    ...(await place.run(['rm', ...args])),
    gone: await gone(),
  });

  it('takes -rf', async () => {
    const { code, stdout, gone: deleted } = await remove('-rf', 'b:logs/');
    expect(code).to.equal(0);
    expect(stdout).to.contain('deleted 5 objects');
    expect(deleted).to.deep.equal(KEYS.slice(0, 5));
    expect((await remove('-rf', 'b:nothing/')).code).to.equal(0);
  });

  it('takes patterns of files in a directory', async () => {
    const files = ['src/a.zip', 'src/b.txt', 'src/sub/c.zip', 'd.zip'];
    await mkdir(place.path('src/sub'), { recursive: true });
    for (const file of files) await writeFile(place.path(file), 'x');
    expect((await place.run(['rm', '-y', './src/*.zip'])).code).to.equal(0);
    expect(files.filter((file) => existsSync(place.path(file)))).to.deep.equal(files.slice(1));
  });

  it('says nothing about a key that is not there with -f, and refuses --strict beside it', async () => {
    expect(await remove('-f', 'b:nope', 'b:top')).to.deep.equal({
      code: 0,
      stdout: '',
      stderr: '',
      gone: ['top'],
    });
    expect((await remove('-f', '--strict', 'b:nope')).code).to.equal(2);
  });

  const PATTERNS: readonly (readonly [args: readonly string[], gone: readonly string[]])[] = [
    [['b:logs/2019-*'], ['logs/2019-', 'logs/2019-01', 'logs/2019-1[0]x']],
    [['-r', 'b:logs/2019-*'], KEYS.slice(0, 4)],
    [
      ['b:logs/2019-*', '--exclude', '*01'],
      ['logs/2019-', 'logs/2019-1[0]x'],
    ],
    [['b:logs/*-0[1]'], ['logs/2019-01', 'logs/2020-01']],
    [['b:logs/2019-1\\[0\\]*'], ['logs/2019-1[0]x']],
    [['b:logs/{2019-0,2020}*'], ['logs/2019-01', 'logs/2020-01']],
    [
      ['-r', '--entire-store', 'b:{oth,t}*'],
      ['other/1', 'top'],
    ],
    [['b:logs/\\{2019-0,2020\\}*'], []],
    [
      ['b:t*', 'b:other/*'],
      ['other/1', 'top'],
    ],
    [['--entire-store', 'b:*'], ['top']],
    [['b:logs/20*', '--newer-than', '1h', '--min-size', '4'], []],
  ];
  for (const [args, expected] of PATTERNS) {
    it(`deletes what a pattern matches, and nothing else: ${args.join(' ')}`, async () => {
      const result = await remove('-y', ...args);
      expect(result).to.deep.include({ code: 0, stderr: '', gone: expected });
    });
  }

  it('shows what a pattern would delete', async () => {
    const { code, stdout, gone: deleted } = await remove('-n', '-v', 'b:logs/2019-0*');
    expect({ code, deleted }).to.deep.equal({ code: 0, deleted: [] });
    expect(stdout).to.match(/^logs\/2019-01\nwould delete 1 object/);
  });

  const REFUSED: readonly (readonly [args: readonly string[], says: RegExp])[] = [
    [['b:logs/2019-*'], /pattern asks before it deletes, .*--yes/],
    [['-y', 'b:l*', 'b:top'], /"b:top" is no pattern/],
    [['-y', 'b:l*/2019-01'], /did you mean: store rm -r --entire-store --include 'l\*\/2019-01' b:/],
    [['-y', 'b:*'], /--entire-store/],
    [['-y', '--include', 'x', 'b:l*'], /--include does not go with a pattern/],
    [['-y', '-r', '--include', 'x', 'b:l*'], /--include does not go with a pattern/],
    [['-y', '-r', '--partial-name', 'b:l*'], /--partial-name does not go with a pattern/],
    [['-y', '--strict', 'b:l*'], /--strict does not go with a pattern/],
    [['-y', 'b:logs/{a,b*'], /cannot be read/],
    [['-y', '-r', '--max-delete', '1', 'b:logs/', 'b:other/'], /goes with one address/],
    [['-y', '-r', 'b:logs/', 'b:other'], /does not end in "\/"/],
  ];
  for (const [args, says] of REFUSED) {
    it(`refuses, with nothing deleted: rm ${args.join(' ')}`, async () => {
      const { code, stderr, gone: deleted } = await remove(...args);
      expect({ code, deleted }).to.deep.equal({ code: 2, deleted: [] });
      expect(stderr).to.match(says);
    });
  }

  it('takes a star literally with --raw, and does not guess where there is such a key', async () => {
    await using store = await place.openFs('data');
    await store.put('logs/2019-*', 'x');
    const { code, stderr, gone: deleted } = await remove('-f', 'b:logs/2019-*');
    expect({ code, deleted }).to.deep.equal({ code: 2, deleted: [] });
    expect(stderr).to.contain('--raw');
    expect(await remove('-f', '--raw', 'b:logs/2019-*')).to.deep.include({ code: 0, gone: [] });
    expect(await store.exists('logs/2019-*')).to.equal(false);
  });

  it('deletes under several prefixes, each with its report, and exits with the worst', async () => {
    const { code, stdout } = await remove('-r', '-y', '--json', 'b:logs/2019-02/', 'b:other/');
    expect(code).to.equal(0);
    const reports = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as DeletionReport);
    expect(reports.map(({ prefix, deleted }) => [prefix, deleted])).to.deep.equal([
      ['logs/2019-02/', 1],
      ['other/', 1],
    ]);
    expect(await gone()).to.deep.equal(['logs/2019-02/a', 'other/1']);
  });

  it('goes on with the next prefix after one that fails', async () => {
    await place.configure({
      stores: {
        b: { provider: 'fs', root: 'data', fsync: false },
        broken: { provider: 'broken', maxPageSize: 10, objects: Object.fromEntries(BROKEN) },
      },
    });
    const args = ['--adapter', FAULTY_ADAPTERS, 'rm', '-ry', 'broken:p/', 'b:other/'];
    const { code, stdout, stderr } = await place.run(args);
    expect(code).to.equal(1);
    expect(stdout).to.match(/deleted 10 objects[^]*incomplete\n[^]*deleted 1 object/);
    expect(stderr).to.match(/truncated[^]*store resume/);
    expect(await gone()).to.deep.equal(['other/1']);
  });

  it('takes what ls -r --json writes, by any name of --from', async () => {
    const list = '$STORE ls -r --json b:logs/ |';
    for (const name of ['--from', '--files-from']) {
      await using store = await place.openFs('data');
      for (const key of KEYS) await store.put(key, 'xyz');
      const { code } = await place.shell(`${list} $STORE rm ${name} - --yes --max-rate 1000 b:`);
      expect(code).to.equal(0);
      expect(await gone()).to.deep.equal(KEYS.slice(0, 5));
    }
    expect((await remove('-r', '-f', '--max-rate', '0', 'b:other/')).stderr).to.contain('--max-rate');
  });
}).timeout(120_000);
