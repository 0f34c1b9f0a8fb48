import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Place, type Result } from './run-store.js';

const GOOD = { stores: { demo: { provider: 'memory', objects: { 'a/b': 'x' } } } };

/** One clear line and nothing else: no stack, nothing on stdout. */
function expectRefusal({ code, stdout, stderr }: Result, pattern: RegExp): void {
  expect(stderr).to.match(pattern);
  expect(stderr.trimEnd().split('\n'), stderr).to.have.length(1);
  expect(stderr).to.match(/^store: /);
  expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
}

interface Case {
  readonly title: string;
  readonly config?: object | string;
  readonly args: readonly string[];
  readonly says: RegExp;
}

const CASES: readonly Case[] = [
  {
    title: 'an unknown provider',
    config: { stores: { demo: { provider: 'memroy' } } },
    args: ['ls', 'demo:'],
    says: /stores\.demo\.provider: .*"memroy".*did you mean "memory"/,
  },
  {
    title: 'a directory that does not exist',
    config: { stores: { demo: { provider: 'fs', root: './nowhere' } } },
    args: ['rm', '-r', '--yes', 'demo:a/'],
    says: /nowhere does not exist.*"create": true/,
  },
  {
    title: 'a strategy that is none',
    args: ['rm', '-r', '--yes', '--strategy', 'quick', 'demo:a/'],
    says: /--strategy.*Allowed choices are batch, single, server-prefix/,
  },
  {
    title: 'a strategy that the provider carries out later',
    args: ['rm', '-r', '--yes', '--strategy', 'lifecycle', 'demo:a/'],
    says: /--strategy.*see "store expire"/,
  },
  {
    title: 'an unknown key in the configuration',
    config: { stores: { demo: { provider: 'fs', rot: './data' } } },
    args: ['ls', 'demo:'],
    says: /stores\.demo\.rot: unknown key; did you mean "root"/,
  },
  {
    title: 'a configuration that is not JSON',
    config: '{ "stores": {\n  "demo": [1, 2\n}',
    args: ['ls', 'demo:'],
    says: /store\.config\.json is not JSON at line 3, column 1/,
  },
  {
    title: 'a configuration that is not there',
    args: ['ls', 'demo:', '--config', 'nowhere.json'],
    says: /nowhere\.json cannot be read: there is no such file/,
  },
  { title: 'no configuration at all', args: ['ls', 'demo:'], says: /no configuration.*--config/ },
  {
    title: 'a missing environment variable',
    config: { stores: { demo: { provider: 'fs', root: '${STORE_TEST_UNSET}' } } },
    args: ['ls', 'demo:'],
    says: /stores\.demo\.root: the environment variable "STORE_TEST_UNSET" is not set/,
  },
  {
    title: 'a store that is not in the configuration',
    config: GOOD,
    args: ['ls', 'dem:'],
    says: /no store "dem".*did you mean "demo"/,
  },
  {
    title: 'a bad glob',
    config: GOOD,
    args: ['rm', '-r', '-n', '--include', '[', 'demo:a/'],
    says: /the glob "\["/,
  },
  {
    title: 'a negative concurrency',
    config: GOOD,
    args: ['rm', '-r', '--yes', '--concurrency', '-1', 'demo:a/'],
    says: /--concurrency.*'-1'.*from 1 to 1024/,
  },
  {
    title: 'a prefix without "/"',
    config: GOOD,
    args: ['rm', '-r', '--yes', 'demo:a'],
    says: /"a" does not end in "\/".*--partial-name/,
  },
  {
    title: 'the empty prefix',
    config: GOOD,
    args: ['rm', '-r', '--yes', 'demo:'],
    says: /empty prefix.*--entire-store/,
  },
  {
    title: 'a duration without a unit',
    config: GOOD,
    args: ['rm', '-r', '-n', '--older-than', '30', 'demo:a/'],
    says: /--older-than.*'30'.*30d/,
  },
  {
    title: 'ages that exclude each other',
    config: GOOD,
    args: ['rm', '-r', '-n', '--older-than', '30d', '--newer-than', '7d', 'demo:a/'],
    says: /--older-than.*--newer-than.*no object can match/,
  },
  {
    title: 'a duration that may be a month or a minute',
    config: GOOD,
    args: ['rm', '-r', '-n', '--older-than', '1M', 'demo:a/'],
    says: /--older-than.*'1M'.*months or minutes/,
  },
  {
    title: 'a size that no object has',
    config: GOOD,
    args: ['rm', '-r', '-n', '--min-size', '99999P', 'demo:a/'],
    says: /--min-size.*'99999P'.*10MB/,
  },
  {
    title: 'a day that is none',
    config: GOOD,
    args: ['rm', '-r', '-n', '--modified-before', '2026-02-31', 'demo:a/'],
    says: /--modified-before.*'2026-02-31'.*2026-01-31/,
  },
  {
    title: 'a download to a directory that is not there',
    config: GOOD,
    args: ['get', 'demo:a/b', 'no/such/dir'],
    says: /no\/such\/dir cannot be written: ENOENT/,
  },
  {
    title: 'a size that is none',
    config: GOOD,
    args: ['rm', '-r', '-n', '--min-size', '10xyz', 'demo:a/'],
    says: /--min-size.*'10xyz'.*10MB/,
  },
  {
    title: 'a date that is none',
    config: GOOD,
    args: ['rm', '-r', '-n', '--modified-before', 'yesterday', 'demo:a/'],
    says: /--modified-before.*'yesterday'.*2026-01-31/,
  },
  {
    title: 'an address without a store',
    config: GOOD,
    args: ['ls', 'demo'],
    says: /"demo" is not an address, but "demo:" is one/,
  },
  {
    title: 'a path as other tools take them',
    config: GOOD,
    args: ['cp', 'store.config.json', 'demo:a/'],
    says: /"store.config.json" is not an address, but ".\/store.config.json" is one/,
  },
  { title: 'a key that is missing', config: GOOD, args: ['cat', 'demo:'], says: /"demo:" names no key/ },
  {
    title: 'a filter without -r',
    config: GOOD,
    args: ['rm', '--older-than', '30d', 'demo:a/b'],
    says: /--older-than goes with -r/,
  },
  {
    title: 'a limit of two runs',
    config: GOOD,
    args: ['rm', '-r', '--yes', '--max-delete', '1', 'demo:a/', 'demo:b/'],
    says: /--max-delete goes with one address/,
  },
  {
    title: 'a list of keys that is not there',
    config: GOOD,
    args: ['rm', '--yes', '--files-from', 'nothing', 'demo:'],
    says: /--from: nothing does not exist$/m,
  },
  {
    title: 'a list of keys that is a directory',
    config: GOOD,
    args: ['rm', '--yes', '--from', '.', 'demo:'],
    says: /--from: \. is a directory, and no list of keys$/m,
  },
  {
    title: 'a failures file that cannot be written',
    config: GOOD,
    args: ['rm', '-r', '--yes', '--failures', 'no/such/dir', 'demo:a/'],
    says: /--failures: .*ENOENT/,
  },
  { title: 'a misspelt subcommand', args: ['lss'], says: /unknown command 'lss'.*ls/ },
  { title: 'a misspelt option', args: ['rm', '--recursiv', 'demo:a/'], says: /'--recursiv'.*--recursive/ },
  {
    title: 'a module that is no adapter',
    config: GOOD,
    args: ['ls', 'demo:', '--adapter', './nowhere.js'],
    says: /--adapter .*nowhere\.js: the module cannot be loaded/,
  },
  {
    title: 'what the store cannot do',
    config: GOOD,
    args: ['presign', 'demo:a/b'],
    says: /does not support presigned URLs/,
  },
];

describe('store, given bad input', () => {
  for (const { title, config, args, says } of CASES) {
    it(`refuses ${title} in one line, with exit code 2`, async () => {
      await using place = await Place.create();
      if (config !== undefined)
        await place.configure(typeof config === 'string' ? config : JSON.stringify(config));
      expectRefusal(await place.run(args), says);
    });
  }

  it('deletes nothing when it refuses', async () => {
    await using place = await Place.create({
      stores: { demo: { provider: 'fs', root: './data', create: true } },
    });
    await place.run(['put', '-', 'demo:a/b'], 'x');
    for (const args of [
      ['demo:a'],
      ['demo:'],
      ['--concurrency', '0', 'demo:a/'],
      ['--include', '[', 'demo:a/'],
    ]) {
      expect((await place.run(['rm', '-r', '--yes', ...args])).code).to.equal(2);
    }
    expect((await place.run(['ls', '-r', 'demo:'])).stdout).to.equal('a/b\n');
  });

  it('refuses a configuration that may not be read, and one that is a directory', async () => {
    await using place = await Place.create();
    await mkdir(place.path('dir.json'));
    expectRefusal(await place.run(['ls', 'demo:', '--config', 'dir.json']), /dir\.json cannot be read/);
    await writeFile(place.path('secret.json'), '{}');
    await chmod(place.path('secret.json'), 0);
    const { code } = await place.run(['ls', 'demo:', '--config', 'secret.json']);
    expect(code).to.equal(2);
  });

  it('refuses a directory with files that are not a store', async () => {
    await using place = await Place.create({ stores: { demo: { provider: 'fs', root: '.' } } });
    expectRefusal(await place.run(['rm', '-r', '--yes', 'demo:a/']), /holds files that are not a store's/);
  });

  it('shows where an error comes from with --debug only', async () => {
    await using place = await Place.create(GOOD);
    const { code, stderr } = await place.run(['rm', '-r', '--yes', '--debug', 'demo:a']);
    expect(code).to.equal(2);
    expect(stderr).to.match(/\n\s+at .*\.js/);
  });

  it('prints the error as JSON with --json', async () => {
    await using place = await Place.create(GOOD);
    for (const args of [['demo:a'], ['--concurrency', 'x', 'demo:a/']]) {
      const { code, stdout } = await place.run(['rm', '-r', '--yes', '--json', ...args]);
      expect(code).to.equal(2);
      const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
      expect(error.code).to.equal('InvalidArgument');
      expect(error.message).to.be.a('string').and.not.equal('');
    }
  });

  it('exits with 1 for what is not there', async () => {
    await using place = await Place.create(GOOD);
    const { code, stderr } = await place.run(['cat', 'demo:nope']);
    expect(code).to.equal(1);
    expect(stderr).to.match(/^store: "nope": there is no such object.*\n$/);
  });
});
