import { execFileSync, spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { describe, it } from 'mocha';

/** What a process has loaded of Node itself when it has run a module. */
function loadedBy(code: string): string[] {
  const script = `${code}; process.on('exit', () => console.log(JSON.stringify(process.moduleLoadList)));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  return JSON.parse(output) as string[];
}

/** Has Node write the address of each module that is loaded to stderr. */
const HOOKS = `
  import { writeSync } from 'node:fs';
  export async function load(url, context, next) {
    writeSync(2, url + '\\n');
    return next(url, context);
  }`;
const REGISTER = `import { register } from 'node:module'; register(${JSON.stringify(asModule(HOOKS))});`;

function asModule(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** Our files that the import of a package loads, such as `engine/retry.js`. */
function filesOf(name: string): string[] {
  const args = [
    '--import',
    asModule(REGISTER),
    '--input-type=module',
    '-e',
    `import ${JSON.stringify(name)}`,
  ];
  const { stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: import.meta.dirname });
  return [...stderr.matchAll(/^file:(?!\S*node_modules)\S*\/([^/]+)\/dist\/(\S*)$/gm)].map(
    ([, folder, file]) => `${folder}/${file}`,
  );
}

describe('importing core', () => {
  it('loads nothing of Node that takes milliseconds and that few programs need', () => {
    const core = JSON.stringify(import.meta.resolve('#src/index.js'));
    const alone = new Set(loadedBy(''));
    const loaded = loadedBy(`import ${core}`).filter((name) => !alone.has(name));
    expect(loaded).to.include('NativeModule timers/promises');
    for (const name of ['crypto', 'stream/web']) expect(loaded).not.to.include(`NativeModule ${name}`);
  });

  it('loads what opens a store, and leaves listings and runs to the first call', () => {
    const loaded = filesOf('@store/core');
    expect(loaded).to.include.members([
      'core/index.js',
      'engine/engine.js',
      'deletion/report.js',
      'driver/errors.js',
    ]);
    const later = /^(engine\/(pages|ranges|listing)|deletion\/(run|filter)|driver\/extend|core\/store\/copy)/;
    expect(loaded.filter((file) => later.test(file))).to.deep.equal([]);
  });
});

describe('importing an adapter', () => {
  it('loads the contract that it is of, and nothing of stores', () => {
    const folders = new Set(filesOf('@store/memory').map((file) => file.split('/')[0]));
    expect([...folders]).to.have.members(['driver', 'memory']);
  });
});
