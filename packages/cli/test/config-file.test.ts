import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readFile, rename, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { loadConfigFile, writeSettings } from '#src/config-file.js';
import { Place, type Result } from './run-store.js';

const CONFIG = '{ "stores": { "demo": { "provider": "memory", "objects": { "found": "" } } } }';

/** Nobody in particular, and not the one who runs the tests. */
const STRANGER = 54_321;

/** Only root can make what belongs to somebody else. */
const isRoot = process.geteuid?.() === 0;
const asRoot = isRoot ? it : it.skip;

function expectRefusal({ code, stdout, stderr }: Result, ...says: readonly (string | RegExp)[]): void {
  for (const words of says) {
    if (typeof words === 'string') expect(stderr).to.include(words);
    else expect(stderr).to.match(words);
  }
  expect(stderr.trimEnd().split('\n'), stderr).to.have.length(1);
  expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
}

/** Lists with the configuration that the command finds from the directory. */
async function listFrom(place: Place, directory: string, env: Record<string, string> = {}): Promise<Result> {
  return place.run(['ls', 'demo:'], '', { SUDO_UID: '', ...env }, place.path(directory));
}

describe('the text of a configuration', () => {
  it('may begin with a byte order mark', async () => {
    await using place = await Place.create(`\uFEFF${CONFIG}`);
    expect(await place.output('ls', 'demo:')).to.equal('found\n');
  });

  it('is refused in UTF-16 and in what is not UTF-8', async () => {
    await using place = await Place.create();
    const swapped = Buffer.from(CONFIG, 'utf16le').swap16();
    for (const [name, bytes, says] of [
      [
        'marked.json',
        Buffer.from(`\uFEFF${CONFIG}`, 'utf16le'),
        /marked\.json is in UTF-16; save it in UTF-8/,
      ],
      ['plain.json', Buffer.from(CONFIG, 'utf16le'), /plain\.json is in UTF-16/],
      ['swapped.json', swapped, /swapped\.json is in UTF-16/],
      ['latin.json', Buffer.from('{ "é": 1 }', 'latin1'), /latin\.json is not in UTF-8/],
    ] as const) {
      await writeFile(place.path(name), bytes);
      expectRefusal(await place.run(['ls', 'demo:', '--config', name]), says);
    }
  });

  it('has every name once in an object, and says where both are', async () => {
    const two = [
      '{',
      '  // the store of the tests',
      '  "stores": {',
      '    "demo": { "provider": "memory" },',
      '    "other": { "provider": "memory" },',
      '    "d\\u0065mo": { "provider": "fs", "root": "./data" },',
      '  },',
      '}',
    ].join('\n');
    await using place = await Place.create(two);
    expectRefusal(
      await place.run(['ls', 'demo:']),
      'store.config.json has "demo" twice in stores: at line 4, column 5, and at line 6, column 5',
    );
    await place.configure('{ "stores": {},\r\n"stores": {} }');
    expectRefusal(
      await place.run(['ls', 'demo:']),
      '"stores" twice: at line 1, column 3, and at line 2, column 1',
    );
    await place.configure(
      '{ "stores": { "demo": { "provider": "memory", "x": [{}, { "a": 1, "a": 1 }] } } }',
    );
    expectRefusal(await place.run(['ls', 'demo:']), '"a" twice in stores.demo.x.1: at line 1');
    await place.configure('{ "stores": { "__proto__": { "provider": "memory" } } }');
    expectRefusal(await place.run(['ls', 'demo:']), 'config.stores.__proto__: nothing can have this name');
  });

  it('has a bounded size and depth', async () => {
    await using place = await Place.create(`{ "stores": ${'['.repeat(200_000)}`);
    expectRefusal(await place.run(['ls', 'demo:']), /more than 100 levels at line 1, column \d+/);
    await truncate(place.path('store.config.json'), 5 * 1024 * 1024);
    expectRefusal(await place.run(['ls', 'demo:']), /cannot be read: it is larger than 4194304 bytes/);
  });
});

describe('a configuration that is no file', () => {
  it('is refused without being opened, whether it was named or found', async () => {
    await using place = await Place.create();
    await promisify(execFile)('mkfifo', [place.path('fifo')]);
    await mkdir(place.path('directory'));
    const server = createServer().listen(place.path('socket'));
    await once(server, 'listening');
    try {
      for (const [name, says] of [
        ['fifo', 'it is a FIFO, not a file'],
        ['directory', 'it is a directory, not a file'],
        ['socket', 'it is a socket, not a file'],
      ] as const) {
        expectRefusal(await place.run(['ls', 'demo:', '--config', name]), `${name} cannot be read: ${says}`);
        await rename(place.path(name), place.path('store.config.json'));
        expectRefusal(await place.run(['ls', 'demo:']), says);
        await rename(place.path('store.config.json'), place.path(name));
      }
    } finally {
      server.close();
    }
    expectRefusal(await place.run(['ls', 'demo:', '--config', '/dev/zero']), 'it is a device, not a file');
  });

  it('is not passed over when it is a link to nothing, or one of two', async () => {
    await using place = await Place.create(CONFIG);
    await mkdir(place.path('inner'));
    await symlink('nowhere', place.path('inner/store.config.json'));
    expectRefusal(
      await listFrom(place, 'inner'),
      /inner\/store\.config\.json cannot be read: there is no such file/,
    );
    await writeFile(place.path('store.config.jsonc'), CONFIG);
    expectRefusal(await listFrom(place, '.'), /two configurations, .*\.json and .*\.jsonc: .*--config/);
  });
});

describe('a configuration that was found', () => {
  /** A configuration in `project`, and a directory two levels below it. */
  async function project(): Promise<Place> {
    const place = await Place.create();
    await mkdir(place.path('project/a/b'), { recursive: true });
    await writeFile(place.path('project/store.config.json'), CONFIG);
    for (const directory of ['project', 'project/a', 'project/a/b'])
      await chmod(place.path(directory), 0o755);
    await chmod(place.path('project/store.config.json'), 0o644);
    return place;
  }

  const PLACES = ['project', 'project/a/b'] as const;

  it('is used while nobody else can write it', async () => {
    await using place = await project();
    for (const from of PLACES) expect((await listFrom(place, from)).stdout, from).to.equal('found\n');
  });

  for (const [what, path, mode] of [
    ['the file', 'project/store.config.json', 0o646],
    ['its directory', 'project', 0o777],
    ['a directory on the way', 'project/a', 0o777],
  ] as const) {
    it(`is not used when ${what} can be written by everybody`, async () => {
      await using place = await project();
      await chmod(place.path(path), mode);
      const config = place.path('project/store.config.json');
      expectRefusal(
        await listFrom(place, 'project/a/b'),
        `${config} is not used, because the `,
        `${place.path(path)} can be written by everybody (mode 0${mode.toString(8)})`,
        `--config ${config}`,
        'STORE_CONFIG',
      );
      const byVariable = await listFrom(place, 'project/a/b', { STORE_CONFIG: config });
      expect(byVariable.stdout).to.equal('found\n');
      const named = await place.run(['ls', 'demo:', '--config', config], '', {}, place.path('project/a/b'));
      expect(named.stdout).to.equal('found\n');
    });
  }

  it('is used from a directory that all can write to, but in which none can replace it', async () => {
    await using place = await project();
    await chmod(place.path('project'), 0o1777);
    expect((await listFrom(place, 'project/a')).stdout).to.equal('found\n');
  });

  asRoot('is not used when the group can write it, unless the group is the owner alone', async () => {
    await using place = await project();
    const config = place.path('project/store.config.json');
    await chmod(config, 0o664);
    await chown(config, 0, STRANGER);
    expectRefusal(await listFrom(place, 'project'), `can be written by the group ${STRANGER} (mode 0664)`);
    await chmod(config, 0o644);
    expect((await listFrom(place, 'project')).stdout).to.equal('found\n');
  });

  for (const [what, path] of [
    ['the file', 'project/store.config.json'],
    ['its directory', 'project'],
    ['a directory on the way', 'project/a'],
    ['the current directory', 'project/a/b'],
  ] as const) {
    asRoot(`is not used when ${what} belongs to somebody else, but for who called sudo`, async () => {
      await using place = await project();
      await chown(place.path(path), STRANGER, 0);
      expectRefusal(
        await listFrom(place, 'project/a/b'),
        `${place.path(path)} belongs to the user ${STRANGER}, not to you`,
      );
      const sudo = await listFrom(place, 'project/a/b', { SUDO_UID: String(STRANGER) });
      expect(sudo.stdout).to.equal('found\n');
      const other = await listFrom(place, 'project/a/b', { SUDO_UID: String(STRANGER + 1) });
      expect(other.code).to.equal(2);
    });
  }

  asRoot('is not used through a link of somebody else', async () => {
    await using place = await project();
    const config = place.path('project/store.config.json');
    await rename(config, place.path('project/real.json'));
    await symlink('real.json', config);
    expect((await listFrom(place, 'project')).stdout).to.equal('found\n');
    await promisify(execFile)('chown', ['-h', String(STRANGER), config]);
    expectRefusal(await listFrom(place, 'project'), `the link ${config} belongs to the user ${STRANGER}`);
  });

  it('is not passed over for one above it', async () => {
    await using place = await project();
    await writeFile(place.path('store.config.json'), CONFIG);
    await chmod(place.path('project/store.config.json'), 0o666);
    expectRefusal(await listFrom(place, 'project/a'), /project\/store\.config\.json is not used/);
  });
});

describe('settings written by the doctor', () => {
  it('leave the mark, the link, the mode and the owner of the file as they are', async () => {
    const config = `\uFEFF{\n  // kept\n  "stores": { "demo": { "provider": "memory" } }\n}\n`;
    await using place = await Place.create();
    const real = place.path('real.json');
    await writeFile(real, config);
    await chmod(real, 0o640);
    if (isRoot) await chown(real, STRANGER, STRANGER);
    await symlink('real.json', place.path('link.json'));
    await writeSettings(await loadConfigFile(place.path('link.json')), 'demo', [[['versioning'], 'enabled']]);
    const text = await readFile(real, 'utf8');
    expect(text)
      .to.match(/^\uFEFF\{\n {2}\/\/ kept\n/)
      .and.to.include('"versioning": "enabled"');
    const { mode, uid, gid } = await stat(real);
    expect(mode & 0o777).to.equal(0o640);
    if (isRoot) expect({ uid, gid }).to.deep.equal({ uid: STRANGER, gid: STRANGER });
    expect(await place.output('ls', 'demo:', '--config', 'link.json')).to.equal('');
  });
});
