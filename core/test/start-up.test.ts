import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { describe, it } from 'mocha';

/** What a process has loaded of Node itself when it has run a module. */
function loadedBy(code: string): string[] {
  const script = `${code}; process.on('exit', () => console.log(JSON.stringify(process.moduleLoadList)));`;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  return JSON.parse(output) as string[];
}

describe('importing core', () => {
  it('loads nothing of Node that takes milliseconds and that few programs need', () => {
    const core = JSON.stringify(import.meta.resolve('#src/index.js'));
    const alone = new Set(loadedBy(''));
    const loaded = loadedBy(`import ${core}`).filter((name) => !alone.has(name));
    expect(loaded).to.include('NativeModule timers/promises');
    for (const name of ['crypto', 'stream/web']) expect(loaded).not.to.include(`NativeModule ${name}`);
  });
});
