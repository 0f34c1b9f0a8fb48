import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { StoreError, type StoreDriver } from '@store/core';
import {
  logLine,
  startGateway,
  type Gateway,
  type GatewayLogEntry,
  type GatewayOptions,
} from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { KEYS, RawClient, signed } from './raw-client.js';
import { sdkOf } from './sdk-client.js';

const run = promisify(execFile);

/** What those look at and do who run a gateway. */
describe('gateway, in operation', () => {
  const open: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
  });
  const start = async (options: Partial<GatewayOptions> = {}): Promise<Gateway> => {
    const gateway = await startGateway({ stores: { demo: memoryDriver() }, credentials: [KEYS], ...options });
    open.push(gateway);
    return gateway;
  };
  /** The value of a series. */
  const metric = async ({ metricsUrl }: Gateway, series: string): Promise<number> => {
    const text = await (await fetch(`${metricsUrl}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(`${series} `));
    return Number(line?.slice(series.length + 1) ?? NaN);
  };
  const ask = async (gateway: Gateway, path: string, key = KEYS, method = 'GET'): Promise<number> => {
    const client = new RawClient(gateway.url);
    client.send(signed({ method, path, ...key }).head);
    const { status } = await client.answer(method === 'HEAD');
    client.destroy();
    return status;
  };
  /** A driver whose reads wait until they are let go on. */
  const slow = (): { driver: StoreDriver; begun: Promise<void>; goOn: () => void } => {
    const driver = memoryDriver({ objects: { k: 'whole' } });
    const [begun, begin] = gate();
    const [wait, goOn] = gate();
    const get: StoreDriver['read']['get'] = async (request, call) => {
      begin();
      await wait;
      return driver.read.get(request, call);
    };
    return { driver: { ...driver, read: { ...driver.read, get } }, begun, goOn };
  };

  it('tells anybody that it is there, and nothing else', async () => {
    const gateway = await start({ stores: { demo: memoryDriver(), healthz: memoryDriver() } });
    const health = await fetch(`${gateway.url}/healthz`);
    expect([health.status, await health.text()]).to.deep.equal([200, 'ok\n']);
    expect((await fetch(`${gateway.url}/healthz`, { method: 'HEAD' })).status).to.equal(200);
    for (const path of ['/metrics', '/healthz?list-type=2', '/healthz/k', '/demo'])
      expect((await fetch(gateway.url + path)).status, path).to.equal(403);
    expect((await fetch(`${gateway.url}/healthz`, { method: 'DELETE' })).status).to.equal(403);
    // With a key it is a bucket.
    const client = new RawClient(gateway.url);
    client.send(signed({ method: 'GET', path: '/healthz' }).head);
    expect((await client.answer()).body).to.contain('<Name>healthz</Name>');
    client.destroy();
  });

  it('has metrics on a port of their own, on loopback', async () => {
    const gateway = await start({ metrics: { port: 0 } });
    expect(gateway.metricsUrl).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await ask(gateway, '/demo')).to.equal(200);
    expect(await ask(gateway, '/demo/none', KEYS)).to.equal(404);
    expect(await ask(gateway, '/demo', { ...KEYS, secretAccessKey: 'wrong' })).to.equal(403);
    expect(
      await metric(gateway, 'store_gateway_requests_total{operation="ListObjects",status="200"}'),
    ).to.equal(1);
    expect(await metric(gateway, 'store_gateway_errors_total{code="NoSuchKey"}')).to.equal(1);
    expect(await metric(gateway, 'store_gateway_errors_total{code="SignatureDoesNotMatch"}')).to.equal(1);
    expect(await metric(gateway, 'store_gateway_request_seconds_count{operation="ListObjects"}')).to.equal(2);
    expect(await metric(gateway, 'store_gateway_received_bytes_total')).to.be.within(500, 5000);
    expect(await metric(gateway, 'store_gateway_sent_bytes_total')).to.be.within(500, 10_000);
    expect(await metric(gateway, 'store_gateway_upstream_retries_total')).to.equal(0);
    expect(await metric(gateway, 'process_resident_memory_bytes')).to.be.greaterThan(10 ** 7);
    if (process.platform === 'linux') {
      expect(await metric(gateway, 'process_open_fds')).to.be.greaterThan(5);
      expect(await metric(gateway, 'process_max_fds')).to.be.greaterThan(100);
    }
    expect((await fetch(`${gateway.metricsUrl}/`)).status).to.equal(404);
    expect((await fetch(`${gateway.metricsUrl}/metrics`, { method: 'POST' })).status).to.equal(405);
    const idle = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    await once(idle, 'connect');
    while ((await metric(gateway, 'store_gateway_connections')) !== 1) await sleep(5);
    idle.destroy();
    while ((await metric(gateway, 'store_gateway_connections')) !== 0) await sleep(5);
  });

  it('counts what it sends to a store again', async () => {
    const driver = memoryDriver({ objects: { 'p/1': '1', 'p/2': '2' } });
    let refused = 0;
    const { batch } = driver;
    if (!batch) throw new Error('a memory store takes batches');
    const busy: StoreDriver = {
      ...driver,
      batch: {
        ...batch,
        delete: async (targets, call) => {
          if (refused++ === 0) throw new StoreError('Throttled', 'too fast', { retryable: true });
          return batch.delete(targets, call);
        },
      },
    };
    const gateway = await start({
      stores: { demo: busy },
      metrics: { port: 0 },
      retry: { baseDelayMs: 1, maxDelayMs: 2 },
    });
    const client = new RawClient(gateway.url);
    client.send(signed({ method: 'POST', path: '/demo', query: { delete: '', prefix: 'p/' } }).head);
    expect((await client.answer()).status).to.equal(200);
    client.destroy();
    expect(await metric(gateway, 'store_gateway_upstream_retries_total')).to.equal(1);
    expect(await metric(gateway, 'store_gateway_deleted_keys_total')).to.equal(2);
  });

  it('ends with the requests that are in flight, and takes no others', async () => {
    const { driver, begun, goOn } = slow();
    const gateway = await start({ stores: { demo: driver } });
    const client = new RawClient(gateway.url);
    client.send(signed({ method: 'GET', path: '/demo/k' }).head);
    const silent = new RawClient(gateway.url);
    await begun;
    const closed = gateway.close({ graceMs: 20_000 });
    await sleep(20);
    const refused = connect(Number(new URL(gateway.url).port), '127.0.0.1');
    const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNREFUSED');
    goOn();
    const { status, body, headers } = await client.answer();
    expect([status, body, headers.get('connection')]).to.deep.equal([200, 'whole', 'close']);
    await client.closed();
    await silent.closed();
    await closed;
  });

  it('breaks off what is not done when its time is up', async () => {
    const { driver, begun } = slow();
    const gateway = await start({ stores: { demo: driver } });
    const client = new RawClient(gateway.url);
    client.send(signed({ method: 'GET', path: '/demo/k' }).head);
    await begun;
    const began = Date.now();
    await gateway.close({ graceMs: 100 });
    expect(Date.now() - began).to.be.within(90, 5000);
    await client.closed();
    expect(client.received).to.equal('');
  });

  it('speaks TLS, and to nobody who does not', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'store-tls-'));
    open.push({ [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) });
    const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
    const names = 'subjectAltName=IP:127.0.0.1,DNS:*.s3.test';
    const curve = 'ec_paramgen_curve:prime256v1';
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', curve, '-nodes', '-days', '1'];
    const files = ['-subj', '/CN=gateway', '-addext', names, '-keyout', key, '-out', cert];
    await run('openssl', [...request, ...files]);
    const tls = { cert: await readFile(cert), key: await readFile(key) };
    const entries: GatewayLogEntry[] = [];
    const gateway = await start({ tls, onRequest: (entry) => void entries.push(entry) });
    expect(gateway.url).to.match(/^https:/);
    const answered = new Promise<number | undefined>((resolve, reject) => {
      httpsRequest(`${gateway.url}/healthz`, { ca: tls.cert }, (answer) =>
        resolve(answer.resume().statusCode),
      )
        .on('error', reject)
        .end();
    });
    expect(await answered).to.equal(200);
    const client = sdkOf(gateway, { requestHandler: { httpsAgent: new Agent({ ca: tls.cert }) } });
    await client.send(new PutObjectCommand({ Bucket: 'demo', Key: 'k', Body: 'x'.repeat(100_000) }));
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'demo', Key: 'k' }));
    expect(await Body?.transformToString()).to.have.length(100_000);
    client.destroy();
    expect(entries.map(({ operation }) => operation)).to.deep.equal(['PutObject', 'GetObject']);
    expect(entries[0]?.bytesIn).to.be.greaterThan(100_000);
    const plain = new RawClient(gateway.url.replace('https', 'http'));
    plain.send(signed({ method: 'GET', path: '/demo/k' }).head);
    await plain.closed();
    expect(plain.received).not.to.contain('HTTP/1.1 200');
  });

  it('finds the bucket in the host', async () => {
    const gateway = await start({
      stores: { demo: memoryDriver({ objects: { 'demo/k': 'path', k: 'host' } }) },
      domains: ['S3.example.com'],
    });
    const get = async (host: string, path: string) => {
      const client = new RawClient(gateway.url);
      client.send(signed({ method: 'GET', path, headers: { host } }).head);
      const { body } = await client.answer();
      client.destroy();
      return body;
    };
    expect(await get('demo.s3.example.com', '/k')).to.equal('host');
    expect(await get('Demo.S3.Example.com:9000', '/k')).to.equal('host');
    expect(await get('demo.s3.example.com', '/demo/k')).to.equal('path');
    expect(await get('s3.example.com', '/demo/k')).to.equal('host');
    expect(await get('127.0.0.1', '/demo/k')).to.equal('host');
    expect(await get('other.s3.example.com', '/k')).to.contain('NoSuchBucket');
    expect(await get('demo.s3.example.com', '/')).to.contain('<ListBucketResult');
  });

  it('writes a line for each request, in which there is no secret, no signature and no second line', async () => {
    const lines: string[] = [];
    const gateway = await start({
      onRequest: (entry) => void lines.push(logLine(entry, new Date(0)), JSON.stringify(entry)),
    });
    const { head, signature } = signed({ method: 'GET', path: '/demo/a%0Ab' });
    const client = new RawClient(gateway.url);
    client.send(head);
    await client.answer();
    const query = { 'X-Amz-Signature': 'abcdef0123', 'X-Amz-Algorithm': 'AWS4-HMAC-SHA256' };
    client.send(`GET /demo/k?${new URLSearchParams(query).toString()} HTTP/1.1\r\nhost: x\r\n\r\n`);
    await client.answer();
    client.destroy();
    while (lines.length < 4) await sleep(5);
    expect(lines[0]).to.match(
      /^1970-01-01T00:00:00\.000Z 404 NoSuchKey GET GetObject "\/demo\/a\\nb" \d+ms in=\d+ out=\d+ key=GATEWAY client=127\.0\.0\.1 id=[0-9a-f-]{36}$/,
    );
    expect(lines.join('')).not.to.contain(signature).and.not.to.contain('abcdef0123');
    expect(lines.join('')).not.to.contain(KEYS.secretAccessKey);
  });

  it('says what is wrong with how it is started, and what to do', async () => {
    const { port } = new URL((await start()).url);
    const cases: readonly (readonly [Partial<GatewayOptions>, RegExp])[] = [
      [{ port: Number(port) }, /another program listens there; choose another port/],
      [{ host: '192.0.2.1' }, /no such address; choose another host/],
      [{ credentials: [{ ...KEYS, accessKeyId: 'a,b' }] }, /no client can sign with the access key "a,b"/],
      [{ credentials: [{ ...KEYS, secretAccessKey: '' }] }, /empty/],
      [{ domains: [''] }, /domain/],
      [{ maxBodyBytes: 0 }, /maxBodyBytes/],
      [{ stores: {} }, /at least one store/],
    ];
    for (const [options, message] of cases) {
      const error: unknown = await start(options).catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(StoreError).with.property('message').that.matches(message);
    }
  });

  it('says in its log who went away in the middle', async () => {
    const entries: GatewayLogEntry[] = [];
    const gateway = await start({ onRequest: (entry) => void entries.push(entry) });
    const client = new RawClient(gateway.url);
    client.send(
      signed({ method: 'POST', path: '/demo', query: { delete: '' }, headers: { 'content-length': '10' } })
        .head,
    );
    await sleep(50);
    client.destroy();
    while (entries.length === 0) await sleep(5);
    expect(entries[0]).to.include({
      status: 499,
      code: 'ClientGone',
      operation: 'DeleteObjects',
      client: '127.0.0.1',
    });
  });
}).timeout(30_000);

function gate(): [Promise<void>, () => void] {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return [opened, open];
}
