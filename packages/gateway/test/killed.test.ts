import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDriver } from '@store/core';
import { fs } from '@store/fs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { S3Client } from './s3-client.js';
import { StartedGateway } from './started-gateway.js';
import { readTold, toldContent } from './told-content.js';

const KILLS = process.env['SOAK'] ? 50 : 6;
const WORKERS = 8;
const KIB = 1024;

describe('gateway, killed', () => {
  it(`loses nothing that it said was written, and shows nothing half, in ${KILLS} times`, async () => {
    const root = await mkdtemp(join(tmpdir(), 'store-gateway-test-'));
    const place = { provider: 'fs', root: join(root, 'data'), create: true, fsync: false };
    const spool = join(root, 'spool');
    const acknowledged = new Map<string, number>();
    const kinds = { put: 0, parts: 0, read: 0 };
    let sequence = 0;
    try {
      for (let i = 0; i < KILLS; i++) {
        const gateway = await StartedGateway.start(place, { spoolDirectory: spool });
        expect(await filesIn(spool), 'left by the one before').to.deep.equal([]);
        const client = new S3Client(gateway.url);
        const killed = new AbortController();
        const work = async (worker: number): Promise<void> => {
          while (!killed.signal.aborted) {
            // Each key has one writer, so that its writes are in order.
            const key = `k${worker}-${sequence % 3}`;
            const mine = sequence++;
            const what = (mine + i) % 3;
            const bytes = 1 + ((mine * 7919) % (what === 0 ? 100 * KIB : 1500 * KIB));
            const content = toldContent(key, mine, Math.max(bytes, 50));
            if (what === 2) {
              const third = Math.ceil(content.length / 3);
              const parts = [0, 1, 2].map((part) => content.subarray(part * third, (part + 1) * third));
              if ((await client.putInParts(key, parts)) !== 200) continue;
              kinds.parts++;
            } else {
              const { status } = await client.ask({ method: 'PUT', path: `/demo/${key}` }, content);
              if (status !== 200) continue;
              kinds.put++;
            }
            acknowledged.set(key, mine);
            // Of any writer.
            const other = `k${mine % WORKERS}-${mine % 3}`;
            const read = await client.ask({ method: 'GET', path: `/demo/${other}` });
            if (read.status === 200) readTold(other, read.body);
            kinds.read++;
          }
        };
        const failures: unknown[] = [];
        const workers = Array.from({ length: WORKERS }, (_, worker) =>
          work(worker).catch((error: unknown) => {
            // That the connection breaks is what is meant.
            if (!killed.signal.aborted || !(error instanceof Error && 'code' in error)) failures.push(error);
          }),
        );
        // Some time in the middle, however fast the machine is.
        const done = { ...kinds };
        while (failures.length === 0 && (kinds.put <= done.put || kinds.parts <= done.parts)) await sleep(5);
        await sleep((i * 131) % 200);
        killed.abort();
        await gateway.kill();
        await Promise.all(workers);
        client.close();
        expect(failures).to.deep.equal([]);
        const driver = openDriver(place, { adapters: [fs] });
        const { objects } = await driver.list.page({ prefix: '', maxKeys: 1000 }, {});
        const found = new Map<string, number>();
        for (const { key } of objects) {
          const { body } = await driver.read.get({ key }, {});
          found.set(key, readTold(key, await buffer(body)));
        }
        for (const [key, last] of acknowledged) expect(found.get(key), key).to.be.at.least(last);
        await driver.close();
      }
      expect(kinds.read).to.be.above(0);
      const last = await StartedGateway.start(place, { spoolDirectory: spool });
      expect(await filesIn(spool)).to.deep.equal([]);
      await last.kill();
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  }).timeout(600_000);
});

async function filesIn(directory: string): Promise<string[]> {
  return readdir(directory, { recursive: true }).catch(() => []);
}
