// A fleet of workers in processes of their own, over a Redis or a PostgreSQL that this project did not write.
import { fork, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PostgresServer, RedisServer, seededRandom } from '@store/conformance';
import { openStore, type ObjectStore } from '@store/core';
import { EMULATED_ENTRIES, startEmulator, type Emulator } from '@store/emulator';
import { Fleet, type FleetReport } from '@store/fleet';
import { s3 } from '@store/s3';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';

interface Ordeal {
  readonly name: string;
  readonly isInstalled: () => Promise<boolean>;
  readonly start: () => Promise<AsyncDisposable & { readonly url: string; restart(): Promise<void> }>;
  readonly keys: number;
  readonly workers: number;
  /** Of these, every third one only stops a worker for a while. */
  readonly blows: number;
  /** Keys a second: so slow that the run lasts as long as what is done to it. */
  readonly rate: number;
}

const ORDEALS: readonly Ordeal[] = [
  {
    name: 'Redis',
    isInstalled: () => RedisServer.isInstalled(),
    start: () => RedisServer.start(),
    keys: 200_000,
    workers: 4,
    blows: 20,
    rate: 5000,
  },
  {
    name: 'PostgreSQL',
    isInstalled: () => PostgresServer.isInstalled(),
    start: () => PostgresServer.start(),
    keys: 20_000,
    workers: 2,
    // Three workers are killed, and one is stopped.
    blows: 4,
    rate: 1000,
  },
];

const VICTIM = fileURLToPath(new URL('fleet-victim.js', import.meta.url));

function expectClosed(report: FleetReport): void {
  for (const one of [report, ...report.rows]) {
    expect(one.listed).to.equal(one.matched + one.filtered);
    expect(one.matched).to.equal(one.deleted + one.failed + one.blocked);
  }
}

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
}

for (const { name: kind, isInstalled, start, keys: total, workers: crew, blows: most, rate } of ORDEALS)
  describe(`a fleet over ${kind}`, function () {
    this.timeout(400_000);
    let place: Awaited<ReturnType<Ordeal['start']>> | undefined;
    let emulator: Emulator;
    let store: ObjectStore;
    let name = '';
    const workers = new Set<ChildProcess>();

    const begin = (): void => {
      const entry = JSON.stringify(EMULATED_ENTRIES.s3(emulator));
      const child = fork(VICTIM, [entry, place?.url ?? '', name], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      workers.add(child);
      child.once('exit', () => workers.delete(child));
    };

    before(async function () {
      if (!(await isInstalled())) return this.skip();
      place = await start();
    });
    after(() => place?.[Symbol.asyncDispose]());
    afterEach(async () => {
      for (const worker of workers) worker.kill('SIGKILL');
      await store.close();
      await emulator.close();
    });

    async function seed(fleet: string, keys: readonly string[]): Promise<void> {
      name = fleet;
      emulator = await startEmulator({
        buckets: ['demo'],
        s3: {},
        oss: {},
        zos: {},
        region: 'us-east-1',
        latency: { baseMs: 20, jitterMs: 40 },
      });
      await emulator.bucket('demo').seed(keys);
      store = await openStore(EMULATED_ENTRIES.s3(emulator), { adapters: [s3] });
    }

    it(`deletes ${total} keys with ${crew} workers that are killed and stopped ${most} times, and a restart of it`, async () => {
      const scattered = Array.from({ length: total }, (_, i) => `p/${(i * 2_654_435_761) % 2 ** 32}/${i}`);
      await seed('killed', ['before', 'q/beside', ...scattered]);
      for (let i = 0; i < crew; i++) begin();
      const connection = { url: place?.url ?? '', fleet: name };
      await using fleet = new Fleet(connection);
      const run = await fleet.begin([{ address: 'demo:p/', store, prefix: 'p/' }], {
        verify: true,
        maxKeysPerSecond: rate,
      });
      const random = seededRandom(20);
      const over = new AbortController();
      const ended = fleet.wait(run).finally(() => over.abort());
      let blows = 0;
      for (; blows < most && !over.signal.aborted; blows++) {
        await sleep(300 + random() * 2200);
        const victim = [...workers][Math.floor(random() * workers.size)];
        if (blows % 3 === 2) {
          victim?.kill('SIGSTOP');
          // Some wake up before others have taken over what they had, and some after.
          void sleep(1000 + random() * 7000).then(() => victim?.kill('SIGCONT'));
        } else {
          victim?.kill('SIGKILL');
          begin();
        }
        if (blows === most / 2) await place?.restart();
      }
      const report = await ended;
      expect(blows, 'it lasted long enough').to.equal(most);
      expect(await keysOf(store)).to.deep.equal(['before', 'q/beside']);
      expectClosed(report);
      expect(report).to.deep.include({
        state: 'done',
        deleted: total,
        matched: total,
        failed: 0,
        complete: true,
      });
      expect(report.rows[0]).to.include({ remaining: 0 });
      // A worker that is stopped just before it sends does so when it wakes up, and somebody else may have done it: the service says
      // of such keys once more that they are deleted. The books know them once.
      expect(emulator.log.deleted, 'the log of the emulator').to.be.at.least(total);
    });
  });
