import { execFileSync, spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { finish, Place } from './run-store.js';

const BIN = fileURLToPath(new URL('../../bin/store.js', import.meta.url));
const OBJECTS = { 'logs/a': 'x', 'logs/b c': 'x', 'logs/d/e': 'x', 'logs/n\nl': 'x', logo: 'x', other: 'x' };

describe('store completion', () => {
  let place: Place;
  beforeEach(async () => {
    place = await Place.create({
      default: 'demo',
      stores: { demo: { provider: 'memory', objects: OBJECTS }, archive: { provider: 'memory' } },
    });
    await writeFile(place.path('store'), `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`);
    await chmod(place.path('store'), 0o755);
  });
  afterEach(() => place[Symbol.asyncDispose]());

  /** What bash offers when Tab is pressed at the end of each of these lines. */
  const offered = async (lines: readonly string[]): Promise<readonly (readonly string[])[]> => {
    const press = lines.map(
      (line) =>
        `COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}; _store; printf '%s\\n' "\${COMPREPLY[@]}" .; `,
    );
    const { XDG_STATE_HOME: _state, STORE_CONFIG: _config, ...env } = process.env;
    const bash = spawn('bash', ['-c', `source <(store completion bash); ${press.join('')}`], {
      cwd: place.directory,
      env: { ...env, PATH: `${place.directory}${delimiter}${env['PATH'] ?? ''}` },
    });
    const { code, stdout, stderr } = await finish(bash);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    return stdout
      .split('.\n')
      .slice(0, -1)
      .map((part) => part.split('\n').filter((one) => one !== ''));
  };

  it('offers commands, options, stores and keys in bash', async () => {
    const lines = {
      'store re': ['resume', 'report', 'restore'],
      'store job c': ['create', 'confirm', 'cancel'],
      'store rm --entire': ['--entire-store'],
      'store rm --strategy b': ['batch'],
      'store completion ': ['bash', 'zsh', 'fish'],
      'store ls ': ['demo:', 'archive:'],
      'store ls -r d': ['demo:'],
      // Bash replaces what is behind the colon.
      'store ls demo:lo': ['logo', 'logs/'],
      'store rm -r :logs/': ['logs/a', 'logs/b\\ c', 'logs/d/'],
      // A word that was completed before, and words in quotes.
      'store ls demo:logs/b\\ ': ['logs/b\\ c'],
      'store ls "demo:logs/b ': ['demo:logs/b c'],
      'store ls "demo:log': ['demo:logo', 'demo:logs/'],
      'store ls demo:nothing': [],
      'store ls nowhere:': [],
    };
    expect(await offered(Object.keys(lines))).to.deep.equal(Object.values(lines));
  });

  it('offers the same in fish, and files where there is nothing else', async function () {
    try {
      execFileSync('fish', ['-c', 'exit 0'], { stdio: 'ignore' });
    } catch {
      this.skip();
    }
    await writeFile(place.path('script'), await place.output('completion', 'fish'));
    const offers = (line: string): string[] =>
      execFileSync('fish', ['--no-config', '-c', 'source script; complete -C "$LINE"'], {
        cwd: place.directory,
        encoding: 'utf8',
        env: {
          ...process.env,
          LINE: line,
          PATH: `${place.directory}${delimiter}${process.env['PATH'] ?? ''}`,
        },
      })
        .split('\n')
        .filter((one) => one !== '');
    expect(offers('store completion ')).to.deep.equal(['bash', 'fish', 'zsh']);
    expect(offers('store ls demo:lo')).to.deep.equal(['demo:logo', 'demo:logs/']);
    expect(offers('store ls demo:logs/b\\ ')).to.deep.equal(['demo:logs/b c']);
    expect(offers('store put scr')).to.deep.equal(['script']);
  });

  it('is silent about what is wrong, and ends in two seconds where nothing answers', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    try {
      const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
      const keys = { accessKeyId: 'AK', secretAccessKey: 'SK' };
      await place.configure({ stores: { s3: { provider: 's3', bucket: 'demo', endpoint, ...keys } } });
      const begun = Date.now();
      expect(await place.output('__complete', '--', 'ls', 's3:')).to.equal('');
      // With what it takes to start on a machine that has much to do.
      expect(Date.now() - begun).to.be.below(8_000);
    } finally {
      silent.close();
    }
    await place.configure('{ broken');
    expect(await place.output('__complete', '--', 'ls', '')).to.equal('');
  });

  for (const shell of ['bash', 'zsh', 'fish']) {
    it(`is a script that ${shell} can read`, async function () {
      try {
        execFileSync(shell, ['-c', 'exit 0'], { stdio: 'ignore' });
      } catch {
        this.skip();
      }
      await writeFile(place.path('script'), await place.output('completion', shell));
      execFileSync(shell, ['-n', place.path('script')]);
    });
  }

  it('does not show in the help what the scripts ask', async () => {
    expect(await place.output('--help')).not.to.contain('__complete');
    expect((await place.run(['completion', 'tcsh'])).code).to.equal(2);
  });
}).timeout(120_000);
