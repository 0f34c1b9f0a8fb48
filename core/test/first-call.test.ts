import { expect } from 'chai';
import { describe, it } from 'mocha';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** A call with a stream that fails at once, in a process of its own, where nothing of the call has been loaded yet. */
async function firstCall(call: string): Promise<string> {
  const program = `
    import { createObjectStore } from '@store/core';
    import { memoryDriver, MemoryObjects } from '@store/memory';
    import { Readable } from 'node:stream';

    const driver = memoryDriver({}, new MemoryObjects());
    const { streaming: _, ...write } = driver.write;
    const store = createObjectStore({ ...driver, write });
    const stream = new Readable({ read() {}, objectMode: true });
    const outcome = ${call}.then(() => 'done', (error) => [error, ...(error.failures ?? [])].map(String).join());
    process.nextTick(() => stream.destroy(new Error('the tape has torn')));
    console.log(await outcome);
  `;
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
    cwd,
  });
  return stdout;
}

describe('the first call of a program, with a stream that fails at once', () => {
  for (const call of ["store.put('k', stream)", 'store.deleteMany(stream)'])
    it(`is told of it: ${call}`, async () => {
      expect(await firstCall(call)).to.contain('the tape has torn');
    });
});
