import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { RedisServer } from '@store/conformance';
import { Fleet, type FleetConnection } from '@store/fleet';
import { firstPrefix, NotHere, type Prepare, type Usage } from './contestant.js';
import { openS3, s3Entry } from './ours.js';

const WORKER = fileURLToPath(new URL('fleet-worker.js', import.meta.url));

/** Between two looks at the run, in milliseconds: what it takes is not known better. */
const LOOK_MS = 20;

/**
 * Workers in processes of their own, over a Redis of this machine. What they took is that of the workers, without Redis.
 *
 * @param requests most in flight of each worker
 */
export function fleetOf(workers: number, requests?: number): Prepare {
  return async (target) => {
    if (!(await RedisServer.isInstalled())) throw new NotHere('redis-server is not installed');
    const redis = await RedisServer.start();
    const connection: FleetConnection = { url: redis.url };
    const entry = JSON.stringify(s3Entry(target));
    const children = await Promise.all(
      Array.from({ length: workers }, () => startWorker([redis.url, entry, String(requests ?? '')])),
    );
    const store = await openS3(target);
    const fleet = new Fleet(connection);
    return async () => {
      const prefix = firstPrefix(target);
      const run = await fleet.begin([{ address: `bench:${prefix}`, store, prefix }]);
      const report = await fleet.wait(run, { everyMs: LOOK_MS });
      const usages = await Promise.all(children.map((child) => endWorker(child)));
      await store.close();
      await fleet.close();
      await redis[Symbol.asyncDispose]();
      if (!report.complete) throw new Error(`the run is not complete: ${JSON.stringify(report)}`);
      return {
        usage: {
          cpuSeconds: usages.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
          peakRss: Math.max(...usages.map(({ peakRss }) => peakRss)),
        },
      };
    };
  };
}

async function startWorker(args: readonly string[]): Promise<ChildProcess> {
  const child = fork(WORKER, args);
  await once(child, 'message');
  return child;
}

async function endWorker(child: ChildProcess): Promise<Usage> {
  const said = once(child, 'message');
  child.send('end');
  const [usage] = (await said) as [Usage];
  child.disconnect();
  return usage;
}
