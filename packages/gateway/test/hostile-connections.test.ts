import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoreDriver } from '@store/core';
import { DirectoryStores } from '@store/fs';
import { startGateway } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { besieged, PATIENT } from './besieged.js';
import { KEYS, RawClient, signed } from './raw-client.js';

describe('gateway, connections that are used in odd ways', () => {
  const { start, clientOf, filled, ask, isAlive } = besieged();

  /** A store that says how many reads are going on at once. */
  const counted = async (): Promise<{ driver: StoreDriver; most: () => number }> => {
    const inner = await filled('k');
    let now = 0;
    let most = 0;
    const get: StoreDriver['read']['get'] = async (request, call) => {
      most = Math.max(most, ++now);
      await sleep(1);
      now--;
      return inner.read.get(request, call);
    };
    return { driver: { ...inner, read: { ...inner.read, get } }, most: () => most };
  };

  it('carries out what one connection asks one after the other, in its order', async () => {
    const { driver, most } = await counted();
    const gateway = await start(driver);
    const client = clientOf(gateway);
    const rounds = [0, 1, 2, 3, 4];
    const asked = rounds.map((round) => {
      const put = signed({ method: 'PUT', path: '/demo/k', headers: { 'content-length': '1' } }).head;
      return `${put}${round}${signed({ method: 'GET', path: '/demo/k' }).head}`;
    });
    client.send(asked.join(''));
    for (const round of rounds) {
      expect((await client.answer()).status, `PUT ${round}`).to.equal(200);
      expect((await client.answer()).body, `GET ${round}`).to.equal(String(round));
    }
    expect(most()).to.equal(1);
    client.send(signed({ method: 'GET', path: '/demo/k' }).head);
    expect((await client.answer()).body, 'the connection goes on').to.equal('4');
  });

  it('takes no more from a connection than it answers, and closes one that asks without end', async () => {
    const { driver, most } = await counted();
    const gateway = await start(driver);
    for (const head of [
      signed({ method: 'GET', path: '/demo/k' }).head,
      'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n',
    ]) {
      const client = clientOf(gateway);
      client.send(head.repeat(5000));
      await client.closed();
      const answers = client.received.split('HTTP/1.1 200 OK').length - 1;
      expect(answers).to.be.within(1, 1000);
    }
    expect(most()).to.equal(1);
    await isAlive(gateway);
  });

  it('carries out nothing that comes behind an answer which closes its connection', async () => {
    const { driver, most } = await counted();
    const gateway = await start(driver, { metrics: { port: 0 } });
    const unsigned = 'PUT /demo/k HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n0123456789';
    const denied = signed({ method: 'PUT', path: '/demo/k', headers: { 'content-length': '1' } });
    const { head } = signed({ method: 'GET', path: '/demo/k' });
    const last = 'GET /demo/k HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
    for (const first of [unsigned, last, `${denied.head.replace('k HTTP', 'other HTTP')}x`]) {
      for (const second of [head, last, unsigned, head.repeat(20)]) {
        const client = clientOf(gateway);
        client.send(first + second);
        await client.closed();
        expect(client.received.split('HTTP/1.1 ').length - 1).to.equal(1);
        // What comes behind the client's own last request is no HTTP.
        expect(client.received).to.match(first === last ? /^HTTP\/1\.1 40[03] / : /^HTTP\/1\.1 403 /);
      }
    }
    expect(most(), 'reads').to.equal(0);
    const told = await (await fetch(`${gateway.metricsUrl}/metrics`)).text();
    expect(told).to.match(/^store_gateway_requests_in_flight 0$/m);
    // Else it waited for them for as long as this test may take.
    await gateway.close({ graceMs: 600_000 });
  });

  it('knows a target with a host, when it is the one that was meant', async () => {
    const gateway = await start(await filled('k'));
    const answered = async (target: string) => {
      const client = clientOf(gateway);
      client.send(signed({ method: 'GET', path: '/demo/k' }).head.replace('/demo/k', target));
      const { status, body } = await client.answer();
      return `${status} ${body.slice(0, 2)}`;
    };
    expect(await answered('http://gateway/demo/k')).to.equal('200 k');
    expect(await answered('HTTP://Gateway/demo/k')).to.equal('200 k');
    for (const target of [
      'http://other/demo/k',
      'http://gateway:1/demo/k',
      'ftp://gateway/demo/k',
      'http:/demo/k',
    ])
      expect(await answered(target), target).to.match(/^40[03] /);
    expect(await answered('http://gateway')).to.match(/^403 /);
  });

  it('does not wait for the fields of a form longer than for headers', async () => {
    const gateway = await start(memoryDriver(), { timeouts: { ...PATIENT, headersMs: 300 } });
    const client = clientOf(gateway);
    client.send(
      'POST /demo HTTP/1.1\r\nhost: x\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 100000\r\n\r\n--b\r\n',
    );
    const trickle = setInterval(() => client.send('x'), 20);
    try {
      expect(await client.answer()).to.include({ status: 400, code: 'RequestTimeout' });
      await client.closed();
    } finally {
      clearInterval(trickle);
    }
  });

  it('speaks HTTP/1.0, and closes', async () => {
    const gateway = await start(await filled('k'));
    const client = clientOf(gateway);
    client.send(signed({ method: 'GET', path: '/demo/k' }).head.replace('HTTP/1.1', 'HTTP/1.0'));
    expect((await client.answer()).body).to.equal('k');
    await client.closed();
  });

  it('does not wait for who does not read', async () => {
    const driver = memoryDriver();
    await driver.write.put({ key: 'k', body: Buffer.alloc(20_000_000) }, {});
    const gateway = await start(driver, { timeouts: { ...PATIENT, idleMs: 200 } });
    const client = new RawClient(gateway.url);
    client.pause();
    client.send(signed({ method: 'GET', path: '/demo/k' }).head);
    await sleep(1500);
    client.resume();
    await client.closed();
    expect(client.received.length).to.be.below(20_000_000);
    expect((await ask(gateway, { method: 'HEAD', path: '/demo/k' })).status).to.equal(200);
  });

  it('two over one directory agree on its buckets', async () => {
    const root = await mkdtemp(join(tmpdir(), 'store-gateway-test-'));
    const opened = await Promise.all([0, 1].map(() => DirectoryStores.open(root, { fsync: false })));
    const gateways = await Promise.all(opened.map((source) => startGateway({ source, credentials: [KEYS] })));
    try {
      const [a, b] = gateways;
      if (!a || !b) throw new Error('there are two');
      const said = async (gateway: typeof a, method: string, path: string, body = '') => {
        const { status, code = '' } = await ask(gateway, { method, path }, body);
        return `${status} ${code}`.trim();
      };
      expect(await said(a, 'PUT', '/both')).to.equal('200');
      expect(await said(b, 'PUT', '/both/k', 'x')).to.equal('200');
      expect(await said(a, 'DELETE', '/both')).to.equal('409 BucketNotEmpty');
      expect(await said(a, 'DELETE', '/both/k')).to.equal('204');
      expect(await said(b, 'DELETE', '/both')).to.equal('204');
      expect(await said(a, 'PUT', '/both/k', 'x')).to.equal('404 NoSuchBucket');
      expect(await said(b, 'DELETE', '/both')).to.equal('404 NoSuchBucket');
      // Both at once.
      const seen = new Set<string>();
      await Promise.all(
        [a, b, a, b].map(async (gateway, worker) => {
          for (let i = 0; i < 25; i++) {
            for (const [method, path] of worker < 2
              ? [
                  ['PUT', '/both'],
                  ['DELETE', '/both'],
                ]
              : [
                  ['PUT', `/both/${worker}`],
                  ['DELETE', `/both/${worker}`],
                ])
              seen.add(
                await said(gateway, method ?? '', path ?? '', method === 'PUT' && worker > 1 ? 'x' : ''),
              );
          }
        }),
      );
      const known = [
        '200',
        '204',
        '404 NoSuchBucket',
        '409 BucketNotEmpty',
        '409 BucketAlreadyOwnedByYou',
        '409 OperationAborted',
        '503 ServiceUnavailable',
        // It went in the same moment.
        '409 BucketAlreadyExists',
      ];
      expect(known).to.include.members([...seen]);
      expect(await said(a, 'PUT', '/both')).to.be.oneOf(['200', '409 BucketAlreadyOwnedByYou']);
      for (const gateway of [a, b]) expect(await said(gateway, 'PUT', '/both/k', 'x')).to.equal('200');
    } finally {
      for (const gateway of gateways) await gateway.close();
      for (const source of opened) await source.close();
      await rm(root, { recursive: true });
    }
  });
});
