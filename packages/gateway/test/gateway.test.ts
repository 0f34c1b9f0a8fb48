import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { createObjectStore, openDriver, openStore, StoreError, type StoreDriver } from '@store/core';
import { withFaults } from '@store/conformance';
import { fs } from '@store/fs';
import { startGateway, type Gateway, type GatewayLogEntry, type GatewayOptions } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { s3 } from '@store/s3';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { KEYS } from './raw-client.js';
import { sdkOf } from './sdk-client.js';

const MIB = 1024 * 1024;

describe('gateway', () => {
  const open: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
  });

  const start = async (driver: StoreDriver, options: Partial<GatewayOptions> = {}): Promise<Gateway> => {
    const gateway = await startGateway({
      minPartBytes: 0,
      stores: { demo: driver },
      credentials: [KEYS],
      ...options,
    });
    open.push(gateway);
    return gateway;
  };
  const storeOn = async (gateway: Gateway, more: object = {}) => {
    const store = await openStore(
      { provider: 's3', bucket: 'demo', endpoint: gateway.url, ...KEYS, retry: { maxAttempts: 1 }, ...more },
      { adapters: [s3] },
    );
    open.push(store);
    return store;
  };
  const filled = async (...keys: string[]): Promise<StoreDriver> => {
    const driver = memoryDriver();
    for (const key of keys) await driver.write.put({ key, body: Buffer.from(key) }, {});
    return driver;
  };
  const keysOf = async (driver: StoreDriver): Promise<string[]> =>
    (await driver.list.page({ prefix: '', maxKeys: 1000 }, {})).objects.map(({ key }) => key);

  it('gives an unchanged S3 SDK rm -rf, by a POST that is made by hand', async () => {
    const driver = await filled('p/1', 'p/2/3', 'p', 'p0');
    const gateway = await start(driver);
    const sdk = sdkOf(gateway);
    open.push({ [Symbol.asyncDispose]: async () => sdk.destroy() });
    const command = new ListObjectsV2Command({ Bucket: 'demo', Prefix: 'p/' });
    command.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { method: string; query: Record<string, string> };
        request.method = 'POST';
        delete request.query['list-type'];
        request.query['delete'] = '';
        return next(args);
      },
      { step: 'build' },
    );
    const { Contents = [], IsTruncated } = await sdk.send(command);
    expect(Contents.map(({ Key }) => Key)).to.deep.equal(['p/1', 'p/2/3']);
    expect(IsTruncated).to.equal(false);
    expect(await keysOf(driver)).to.deep.equal(['p', 'p0']);
  });

  it('takes nothing that is not signed with its keys', async () => {
    const driver = await filled('k');
    const gateway = await start(driver);
    expect((await fetch(`${gateway.url}/demo/k`)).status).to.equal(403);
    expect((await fetch(`${gateway.url}/demo?delete&prefix=`, { method: 'POST' })).status).to.equal(403);
    const wrong = await storeOn(gateway, { secretAccessKey: 'wrong' });
    const error: unknown = await wrong.head('k').catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'AccessDenied' });
    expect(await keysOf(driver)).to.deep.equal(['k']);
  });

  it('passes what the store refuses on, key by key and as a whole', async () => {
    const inner = await filled('p/1', 'p/2', 'p/3');
    const { driver } = withFaults(inner, {
      rules: [
        {
          operation: ['batch.delete', 'delete.one'],
          effect: { do: 'refuse-keys', of: (key) => key === 'p/2', with: { code: 'AccessDenied' } },
        },
        { operation: 'read.head', effect: { do: 'refuse', with: { code: 'Throttled' } } },
      ],
    });
    const gateway = await start(driver, { retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 2 } });
    const store = await storeOn(gateway, { quirks: { serverPrefixDelete: true } });
    for (const strategy of ['batch', 'server-prefix'] as const) {
      const report = await store.deletePrefix('p/', { strategy });
      expect(report.failures.byCode, strategy).to.deep.equal({ AccessDenied: 1 });
    }
    expect(await keysOf(inner)).to.deep.equal(['p/2']);
    const throttled: unknown = await store.head('p/2').catch((error: unknown) => error);
    // A HEAD has no document: its status has to do.
    expect(throttled).to.include({ code: 'Unavailable', status: 503 });
  });

  it('calls no key deleted when a run breaks off in the middle', async () => {
    const inner = await filled(...Array.from({ length: 30 }, (_, i) => `p/${i}`));
    const { driver, deletedKeys } = withFaults(inner, {
      rules: [{ operation: 'delete.one', nth: 10, effect: { do: 'refuse', with: { code: 'NotFound' } } }],
    });
    const gateway = await start({ ...driver, batch: undefined });
    const store = await storeOn(gateway);
    const report = await store.deletePrefix('p/');
    expect(report.deleted).to.equal(deletedKeys.length);
    expect(report.deleted + report.failed).to.equal(30);
    expect(await keysOf(inner)).to.have.length(30 - report.deleted);
  });

  it('refuses what the store would forget', async () => {
    const root = await mkdtemp(join(tmpdir(), 'store-gateway-test-'));
    open.push({ [Symbol.asyncDispose]: () => rm(root, { recursive: true }) });
    const driver = openDriver({ provider: 'fs', root, fsync: false }, { adapters: [fs] });
    const store = await storeOn(await start(driver));
    await store.put('k', 'x');
    const codes = await Promise.all(
      [
        store.put('k', 'y', { storageClass: 'GLACIER' }),
        store.put('k', 'y', { tags: { a: '1' } }),
        store.delete('k', { versionId: 'v1' }),
        store.get('k', { versionId: 'v1' }),
      ].map((call) =>
        call.then(
          () => 'done',
          (error: unknown) => (error as StoreError).code,
        ),
      ),
    );
    expect(codes).to.deep.equal(['InvalidArgument', 'Unsupported', 'NotFound', 'NotFound']);
    expect(await (await store.get('k')).text()).to.equal('x');
  });

  it('writes a large upload to a directory, in parts and with little memory, and cleans up', async () => {
    const root = await mkdtemp(join(tmpdir(), 'store-gateway-test-'));
    open.push({ [Symbol.asyncDispose]: () => rm(root, { recursive: true }) });
    const driver = openDriver({ provider: 'fs', root, fsync: false }, { adapters: [fs] });
    const gateway = await start(driver);
    const store = await storeOn(gateway);
    async function* body(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 20; i++) yield Buffer.alloc(MIB, i);
    }
    const spools = async (): Promise<string[]> =>
      (await readdir(tmpdir())).filter((name) => /^store-gateway-(?!test-)/.test(name));
    const before = await spools();
    await store.put('big', body(), { partBytes: 6 * MIB, contentType: 'text/x' });
    const { info, body: read } = await store.get('big');
    expect(info).to.include({ size: 20 * MIB, contentType: 'text/x' });
    const hash = createHash('md5');
    for await (const chunk of read as AsyncIterable<Buffer>) hash.update(chunk);
    const expected = createHash('md5');
    for await (const chunk of body()) expected.update(chunk);
    expect(hash.digest('hex')).to.equal(expected.digest('hex'));
    await gateway.close();
    expect(await spools()).to.deep.equal(before);
  }).timeout(30_000);

  it('takes no body that is larger than it may be, and says what to do', async () => {
    const driver = await filled();
    const store = await storeOn(await start(driver, { maxBodyBytes: MIB }));
    const error: unknown = await store.put('k', Buffer.alloc(2 * MIB)).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(StoreError);
    expect(await keysOf(driver)).to.deep.equal([]);
    await store.put('k', Buffer.alloc(MIB - 1000));
    expect(await keysOf(driver)).to.deep.equal(['k']);
  });

  it('ends the connection when a store breaks off in the middle of a body', async () => {
    const inner = await filled('k');
    const broken: StoreDriver = {
      ...inner,
      read: {
        ...inner.read,
        get: async (request, call) => {
          const { info, body } = await inner.read.get(request, call);
          body.on('end', () => undefined).push?.(undefined);
          return { info: { ...info, size: 100 }, body };
        },
      },
    };
    const gateway = await start(broken);
    const object = await (await storeOn(gateway)).get('k');
    const failure: unknown = await object.bytes().catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(StoreError);
  });

  it('says what it did, and no secret', async () => {
    const entries: GatewayLogEntry[] = [];
    const driver = await filled('p/1', 'p/2');
    const gateway = await start(driver, { onRequest: (entry) => entries.push(entry) });
    const store = await storeOn(gateway);
    await store.deletePrefix('p/');
    await store.head('missing').catch(() => undefined);
    expect(entries.map(({ operation, status, deleted }) => [operation, status, deleted])).to.deep.equal([
      ['ListObjectsV2', 200, undefined],
      ['DeleteObjects', 200, 2],
      ['HeadObject', 404, undefined],
    ]);
    expect(JSON.stringify(entries)).not.to.contain('secret');
  });

  it('serves several stores as buckets, and makes none', async () => {
    const stores = { one: await filled('a'), two: await filled('b') };
    const gateway = await startGateway({ minPartBytes: 0, stores, credentials: [KEYS] });
    open.push(gateway);
    const one = await storeOn(gateway, { bucket: 'one' });
    const two = await storeOn(gateway, { bucket: 'two' });
    expect(await one.exists('a')).to.equal(true);
    expect(await two.exists('a')).to.equal(false);
    const error: unknown = await (
      await storeOn(gateway, { bucket: 'three' })
    )
      .head('a')
      .catch((thrown: unknown) => thrown);
    expect(error).to.include({ code: 'NotFound' });
  });

  it('refuses to start without keys or stores', async () => {
    const driver = await filled();
    for (const options of [
      { stores: {}, credentials: [KEYS] },
      { stores: { demo: driver }, credentials: [] },
      { stores: { demo: driver }, credentials: [{ accessKeyId: 'a', secretAccessKey: '' }] },
    ]) {
      const error: unknown = await startGateway(options).catch((thrown: unknown) => thrown);
      expect(error).to.include({ code: 'InvalidArgument' });
    }
    const misspelt: readonly object[] = [
      { maxBodybytes: 5 },
      { timeouts: { idelMs: 5 } },
      { onrequest: () => undefined },
    ];
    for (const wrong of misspelt) {
      const options = { stores: { demo: driver }, credentials: [KEYS], ...wrong };
      const error: unknown = await startGateway(options).then(
        (gateway) => gateway.close(),
        (thrown: unknown) => thrown,
      );
      expect(error).to.include({ code: 'InvalidArgument' });
      expect(error)
        .to.have.property('message')
        .that.matches(
          /: unknown option of startGateway( timeouts)?; did you mean "(maxBodyBytes|idleMs|onRequest)"\?$/,
        );
    }
    // The driver is still the caller's.
    expect(await createObjectStore(driver).exists('k')).to.equal(false);
  });
});
