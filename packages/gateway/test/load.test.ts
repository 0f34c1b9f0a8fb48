import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEmulator } from '@store/emulator';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { RawClient, signed } from './raw-client.js';
import { S3Client } from './s3-client.js';
import { StartedGateway } from './started-gateway.js';
import { readTold, toldContent } from './told-content.js';

const SOAK = Boolean(process.env['SOAK']);
const CLIENTS = 64;
/** What a heap has grown to it keeps; what leaks grows again with each round. */
const ROUNDS = SOAK ? 3 : 1;
const MS = SOAK ? 60_000 : 4000;
const MIB = 1024 * 1024;

/** Of one body that goes through, in bytes. */
const LARGE = SOAK ? 5 * 1024 * MIB : 300 * MIB;

/** By how much the memory of a gateway may grow, in MiB. */
const GROWTH = 150;
const GROWTH_OF_A_ROUND = 30;

describe('gateway, under load', () => {
  let root: string;
  let gateway: StartedGateway;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'store-gateway-test-'));
    const place = { provider: 'fs', root: join(root, 'data'), create: true, fsync: false };
    gateway = await StartedGateway.start(place, { spoolDirectory: join(root, 'spool') });
  });
  afterEach(async () => {
    await gateway.kill();
    await rm(root, { recursive: true, force: true });
  });

  it(`serves ${CLIENTS} clients for ${ROUNDS} times ${MS / 1000} s without a wrong byte, and is then as it was`, async () => {
    const first = new S3Client(gateway.url);
    // What it needs for its first request it keeps.
    await first.ask({ method: 'GET', path: '/demo' });
    const before = { descriptors: gateway.descriptors(), memory: gateway.memory().now };
    const grown: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await loaded();
      // Its sockets are closed a moment later than ours.
      while (gateway.descriptors() > before.descriptors) await sleep(20);
      grown.push(Math.round(gateway.memory().now - before.memory));
    }
    first.close();
    if (SOAK) console.log(`      memory grew by ${grown.join(', ')} MiB in ${ROUNDS} rounds`);
    expect(Math.max(...grown)).to.be.below(GROWTH);
    expect((grown.at(-1) ?? 0) - (grown[0] ?? 0)).to.be.below(GROWTH_OF_A_ROUND);
  }).timeout(ROUNDS * MS + 120_000);

  async function loaded(): Promise<void> {
    const client = new S3Client(gateway.url, CLIENTS);
    const until = Date.now() + MS;
    let written = 0;
    const work = async (worker: number): Promise<void> => {
      for (let i = 0; Date.now() < until; i++) {
        const key = `k${worker}-${i % 4}`;
        const bytes = 50 + ((i * 7919 + worker * 104_729) % (i % 5 === 0 ? 2 * MIB : 50_000));
        const content = toldContent(key, i, bytes);
        const path = `/demo/${key}`;
        if (i % 7 === 3) {
          const half = Math.ceil(bytes / 2);
          const parts = [content.subarray(0, half), content.subarray(half)];
          expect(await client.putInParts(key, parts)).to.equal(200);
        } else expect((await client.ask({ method: 'PUT', path }, content)).status).to.equal(200);
        written++;
        const read = await client.ask({ method: 'GET', path });
        expect(read.status).to.equal(200);
        expect(readTold(key, read.body)).to.equal(i);
        if (i % 11 === 10) expect((await client.ask({ method: 'DELETE', path })).status).to.equal(204);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, (_, worker) => work(worker)));
    client.close();
    expect(written).to.be.at.least(CLIENTS);
    if (SOAK) console.log(`      ${written} objects`);
  }

  it(`takes and gives ${LARGE / MIB} MiB in one body with little memory`, async () => {
    await through(gateway, 'a directory');
  }).timeout(1_200_000);

  it('takes as much for S3, in parts', async () => {
    const emulator = await startEmulator({ s3: {}, buckets: ['demo'] });
    const config = {
      provider: 's3',
      bucket: 'demo',
      endpoint: emulator.endpoints.s3,
      region: emulator.region,
      ...emulator.credential,
    };
    const before = gateway;
    gateway = await StartedGateway.start(config);
    try {
      // The emulator holds it.
      await through(gateway, 'S3', SOAK ? 1024 * MIB : 200 * MIB);
    } finally {
      await gateway.kill();
      gateway = before;
      await emulator.close();
    }
  }).timeout(1_200_000);
});

async function through(gateway: StartedGateway, name: string, bytes = LARGE): Promise<void> {
  const before = gateway.memory().now;
  const piece = toldContent('large', 1, MIB);
  const expected = createHash('md5');
  for (let at = 0; at < bytes; at += piece.length) expected.update(piece);
  const md5 = expected.digest('base64');
  const client = new RawClient(gateway.url);
  const headers = { 'content-length': String(bytes), 'content-md5': md5 };
  client.send(signed({ method: 'PUT', path: '/demo/large', headers }).head);
  expect(await client.flood(piece, bytes)).to.equal(bytes);
  expect((await client.answer()).status).to.equal(200);
  client.destroy();
  const { host, hostname, port } = new URL(gateway.url);
  const [, ...lines] = signed({ method: 'GET', path: '/demo/large' }).head.trimEnd().split('\r\n');
  const asked = Object.fromEntries(lines.map((line) => line.split(': ', 2))) as Record<string, string>;
  const found = await new Promise<string>((resolve, reject) => {
    httpRequest({ hostname, port, path: '/demo/large', headers: asked }, (message) => {
      const hash = createHash('md5');
      message.on('data', (chunk: Buffer) => hash.update(chunk));
      message.on('end', () => resolve(hash.digest('base64'))).on('error', reject);
    })
      .on('error', reject)
      .end();
  });
  expect(found, host).to.equal(md5);
  const grown = gateway.memory().most - before;
  expect(grown, name).to.be.below(GROWTH);
  if (SOAK) console.log(`      ${bytes / MIB} MiB, ${name}: memory grew by ${Math.round(grown)} MiB at most`);
}
