import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ossStore, s3Store } from './emulated-stores.js';
import { finish, Place } from './run-store.js';

/** Gives a command a terminal of its own, where the system has `script`. */
const HAS_TERMINAL = process.platform === 'linux';

describe('on a terminal, while it waits', () => {
  let emulator: Emulator;
  let place: Place;
  beforeEach(async function () {
    if (!HAS_TERMINAL) return this.skip();
    emulator = await startEmulator({ s3: {}, oss: {}, region: 'cn-beijing', buckets: ['demo'] });
    place = await Place.create({
      stores: {
        demo: ossStore(emulator),
        s3: s3Store(emulator),
        a: { provider: 'fs', root: './a', create: true, fsync: false },
      },
    });
  });
  afterEach(async () => {
    await place[Symbol.asyncDispose]();
    await emulator.close();
  });

  /** What is on the terminal in the end and before. */
  async function onTerminal(command: string): Promise<string> {
    const line = `stty cols 120 rows 30; ${command}`;
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      cwd: place.directory,
      env: {
        ...process.env,
        TERM: 'xterm',
        XDG_STATE_HOME: place.state,
        NODE: process.execPath,
        BIN: place.bin,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return (await finish(child)).stdout;
  }

  it('says so: of jobs', async () => {
    emulator.setFaults({ faults: [{ operation: 'ListJobs', effect: { delayMs: 700 } }] });
    expect(await onTerminal('"$NODE" "$BIN" job list demo')).to.contain('waiting for the jobs of demo');
  });

  it('says so: of what one request brings or takes, with its size', async () => {
    await emulator.bucket('demo').seed(['k'], Buffer.alloc(300_000));
    emulator.setFaults({ faults: [{ operation: 'GetObject', effect: { trickleMs: 20 } }] });
    expect(await onTerminal('"$NODE" "$BIN" get s3:k out')).to.match(/received .*s3:k/);
    emulator.setFaults({ faults: [{ operation: 'PutObject', effect: { delayMs: 700 } }] });
    await writeFile(place.path('file'), 'x'.repeat(1000));
    expect(await onTerminal('"$NODE" "$BIN" put file s3:x')).to.match(/0 B sent .*s3:x/);
  });
});
