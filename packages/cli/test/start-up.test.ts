import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Place } from './run-store.js';

const BIN = fileURLToPath(new URL('../../bin/store.js', import.meta.url));

/** Has Node write the address of each module that is loaded to stderr. */
const HOOKS = `
  import { writeSync } from 'node:fs';
  export async function resolve(specifier, context, next) {
    const found = await next(specifier, context);
    writeSync(2, found.url + '\\n');
    return found;
  }`;
const REGISTER = `import { register } from 'node:module'; register(${JSON.stringify(asModule(HOOKS))});`;

function asModule(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** The packages whose code a run of the command loads, and the files of the command itself. */
async function loadedBy(place: Place, ...args: readonly string[]): Promise<readonly string[]> {
  const { stderr } = await promisify(execFile)(
    process.execPath,
    ['--import', asModule(REGISTER), BIN, ...args],
    { cwd: place.path('.') },
  );
  const names = [
    ...stderr.matchAll(/^file:\S*?\/(?:node_modules\/((?:@[^/]+\/)?[^/]+)|([^/]+)\/dist)\/(\S*)$/gm),
  ];
  return [
    ...new Set(
      names.map(([, installed, ours, file]) => installed ?? (ours === 'cli' ? `cli/${file}` : `${ours}`)),
    ),
  ];
}

describe('the start of the command', () => {
  it('needs no other package for its version', async () => {
    await using place = await Place.create();
    const loaded = await loadedBy(place, '--version');
    expect(loaded).to.include('commander').and.not.include.members(['core']);
    expect(loaded).not.to.include('valibot');
  });

  it('loads one subcommand and one adapter', async () => {
    await using place = await Place.create({
      stores: {
        demo: { provider: 'fs', root: 'data', create: true },
        other: { provider: 's3', bucket: 'b', region: 'r' },
      },
    });
    const loaded = await loadedBy(place, 'ls', 'demo:');
    expect(loaded).to.include.members(['core', 'fs', 'cli/commands/ls.js']);
    expect(loaded.filter((name) => name.startsWith('cli/commands/'))).to.deep.equal(['cli/commands/ls.js']);
    for (const name of [
      's3',
      'oss',
      'ctyun',
      'memory',
      'gateway',
      'transfer',
      'planning',
      'string-width',
      'inversify',
    ])
      expect(loaded).not.to.include(name);
  });

  it('loads no queue for the help of a fleet', async () => {
    await using place = await Place.create();
    const loaded = await loadedBy(place, 'fleet', 'run', '--help');
    expect(loaded).to.include.members(['cli/commands/fleet.js', 'fleet']);
    for (const name of ['bullmq', 'ioredis', 'prom-client', 'planning']) expect(loaded).not.to.include(name);
  });
}).timeout(30_000);
