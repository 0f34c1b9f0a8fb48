import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDriver, StoreError, type StoreDriver } from '@store/core';
import { DirectoryStores, fs } from '@store/fs';
import { startGateway, type GatewayLogEntry, type GatewayOptions } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { askGateway, KEYS, type RawAnswer, type SignedRequest } from './raw-client.js';

describe('gateway, stores and directories that break while they are served', () => {
  let root: string;
  const open: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'store-gateway-test-'));
  });
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
    await rm(root, { recursive: true });
  });

  const directory = (): StoreDriver => {
    const config = { provider: 'fs', root: join(root, 'data'), create: true, fsync: false };
    const driver = openDriver(config, { adapters: [fs] });
    open.push(async () => driver.close());
    return driver;
  };
  /** @returns what asks it */
  const start = async (options: Partial<GatewayOptions>) => {
    const gateway = await startGateway({
      minPartBytes: 0,
      credentials: [KEYS],
      spoolDirectory: join(root, 'spool'),
      ...options,
    });
    open.push(() => gateway.close());
    return (request: SignedRequest, body?: Buffer): Promise<RawAnswer> => askGateway(gateway, request, body);
  };
  const begin = { method: 'POST', path: '/demo/k', query: { uploads: '' } };
  const idIn = ({ body }: RawAnswer): string => /<UploadId>(.*)<\/UploadId>/.exec(body)?.[1] ?? '';

  it('a store that gives up in the middle of a body is told in its own words', async () => {
    const driver = directory();
    const write: StoreDriver['write'] = {
      ...driver.write,
      put: async ({ body }) => {
        try {
          for await (const _ of body) throw new StoreError('Throttled', 'the disk is full');
        } finally {
          // It cleans up, and the body hears of it meanwhile.
          await sleep(50);
        }
        throw new Error('there was no body');
      },
    };
    const ask = await start({ stores: { demo: { ...driver, write } } });
    const answer = await ask({ method: 'PUT', path: '/demo/k' }, Buffer.alloc(2_000_000));
    expect([answer.status, answer.code]).to.deep.equal([503, 'SlowDown']);
  });

  it('what a store says of itself is in the log, and not in the answer', async () => {
    const secret = '/srv/private at 10.0.0.7';
    const failures: (() => Error)[] = [
      () => new Error(secret),
      () => new TypeError(secret),
      () => new StoreError('Internal', secret, { provider: 'x' }),
      () => new StoreError('AccessDenied', secret, { provider: 'x' }),
      () => new StoreError('Unavailable', 'it is away', { provider: 'x', cause: new Error(secret) }),
      () => new StoreError('InvalidArgument', secret, { provider: 'x', status: 400, cause: secret }),
      () => new StoreError('Unsupported', `${secret}: a link`, { provider: 'x' }),
      () => new StoreError('Conflict', secret, { provider: 'x' }),
      () => new StoreError('InvalidConfig', secret, { provider: 'x' }),
      () => new StoreError('Corrupt', secret, { provider: 'x' }),
    ];
    for (const failure of failures) {
      const fail = async (): Promise<never> => {
        throw failure();
      };
      const driver = memoryDriver();
      await driver.write.put({ key: 'k', body: Buffer.from('x') }, {});
      const broken: StoreDriver = {
        ...driver,
        read: { head: fail, get: fail },
        write: { ...driver.write, put: fail },
        delete: { ...driver.delete, one: fail },
        batch: driver.batch && { ...driver.batch, delete: fail },
        list: { ...driver.list, page: fail },
      };
      const log: GatewayLogEntry[] = [];
      const ask = await start({
        stores: { demo: broken },
        retry: { maxAttempts: 1 },
        onRequest: (entry) => void log.push(entry),
      });
      const document = '<Delete><Object><Key>k</Key></Object><Object><Key>l</Key></Object></Delete>';
      const md5 = createHash('md5').update(document).digest('base64');
      const requests: [SignedRequest, Buffer?][] = [
        [{ method: 'GET', path: '/demo/k' }],
        [{ method: 'PUT', path: '/demo/k' }, Buffer.from('x')],
        [{ method: 'DELETE', path: '/demo/k' }],
        [{ method: 'GET', path: '/demo' }],
        [
          { method: 'POST', path: '/demo', query: { delete: '' }, headers: { 'content-md5': md5 } },
          Buffer.from(document),
        ],
      ];
      for (const one of requests) {
        const [request, body] = one;
        const answer = await ask(request, body);
        const title = `${failure().name} ${failure().message} ${request.method} ${answer.body}`;
        expect(answer.body, title)
          .to.contain('<Code>')
          .and.not.contain('private')
          .and.not.contain('10.0.0.7');
        while (log.length < requests.indexOf(one) + 1) await sleep(1);
        // A batch tells of its keys no more than why.
        const known = request.method === 'POST' ? failure().message : secret;
        expect(log.at(-1)?.cause, title).to.contain(known);
      }
    }
  });

  it('an answer that a store does not give to its end is no success in the log', async () => {
    const driver = memoryDriver();
    await driver.write.put({ key: 'k', body: Buffer.alloc(100_000) }, {});
    for (const how of ['fails', 'ends']) {
      const read: StoreDriver['read'] = {
        ...driver.read,
        get: async (request, call) => {
          const { info } = await driver.read.get(request, call);
          const body = Readable.from(
            (async function* () {
              yield Buffer.alloc(10_000);
              if (how === 'fails') throw new Error('the disk is gone');
            })(),
          );
          return { info, body };
        },
      };
      const entry = new Promise<GatewayLogEntry>((resolve) => {
        start({ stores: { demo: { ...driver, read } }, onRequest: resolve })
          .then((ask) => ask({ method: 'GET', path: '/demo/k' }))
          .catch(() => undefined);
      });
      expect(await entry, how).to.include({ status: 200, code: 'Truncated' });
      expect((await entry).cause, how).to.contain(how === 'fails' ? 'the disk is gone' : '10000 bytes');
    }
  });

  it('a spool that cannot be made is told without its path, and is made when it can be', async () => {
    const ask = await start({ stores: { demo: directory() } });
    await rm(join(root, 'spool'), { recursive: true });
    await writeFile(join(root, 'spool'), 'in its place');
    const refused = await ask(begin);
    expect([refused.status, refused.code]).to.deep.equal([503, 'ServiceUnavailable']);
    expect(refused.body).to.not.contain(root);
    await rm(join(root, 'spool'));
    expect(await ask(begin)).to.include({ status: 200 });
  });

  it('a spool that somebody cleaned up is made again', async () => {
    const ask = await start({ stores: { demo: directory() } });
    expect(await ask(begin)).to.include({ status: 200 });
    await rm(join(root, 'spool'), { recursive: true });
    const query = { uploadId: idIn(await ask(begin)), partNumber: '1' };
    expect(await ask({ method: 'PUT', path: '/demo/k', query }, Buffer.from('x'))).to.include({
      status: 200,
    });
  });

  it('a spool that is none is said when the gateway starts', async () => {
    await writeFile(join(root, 'spool'), 'a file');
    const failure = await start({ stores: { demo: directory() } }).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(StoreError).with.property('code', 'InvalidConfig');
    expect(failure).to.have.property('message').that.contains('spool directory');
  });

  it('a directory of stores that is away has no answers, and all of them when it is back', async () => {
    const stores = join(root, 'stores');
    await mkdir(join(stores, 'demo'), { recursive: true });
    const source = await DirectoryStores.open(stores, { fsync: false });
    open.push(() => source.close());
    const ask = await start({ source });
    const read = { method: 'GET', path: '/demo/k' };
    await ask({ method: 'PUT', path: '/demo/k' }, Buffer.from('kept'));
    const upload = idIn(await ask(begin));
    await rename(stores, join(root, 'away'));
    const requests = [
      read,
      { method: 'GET', path: '/' },
      { method: 'DELETE', path: '/demo/k' },
      { method: 'PUT', path: '/another' },
      { method: 'DELETE', path: '/demo' },
    ];
    for (const request of requests) {
      const answer = await ask(request);
      expect([answer.status, answer.code], JSON.stringify(request)).to.deep.equal([
        503,
        'ServiceUnavailable',
      ]);
      expect(answer.body).to.not.contain(root);
    }
    await rename(join(root, 'away'), stores);
    expect(await ask(read)).to.include({ status: 200, body: 'kept' });
    expect(await ask({ method: 'GET', path: '/demo/k', query: { uploadId: upload } })).to.include({
      status: 200,
    });
  });

  it('a store that gives one page of its versions for ever is an error', async () => {
    const driver = memoryDriver({ versioning: 'enabled' });
    for (const key of ['a/1', 'a/2', 'b']) await driver.write.put({ key, body: Buffer.from('x') }, {});
    const { versions, list } = driver;
    if (!versions) throw new Error('the store has no versions');
    const { page } = versions;
    const stuck = { ...versions, page: () => page({ prefix: '', maxKeys: 1 }, {}) };
    const query = { versions: '', delimiter: '/' };
    for (const order of ['utf8', 'none'] as const) {
      const broken = { ...driver, versions: stuck, list: { ...list, order } };
      const ask = await start({ stores: { demo: broken }, timeouts: { storeMs: 2000 } });
      expect(await ask({ method: 'GET', path: '/demo', query }), order).to.include({ status: 500 });
    }
  });

  it('numbers that are none are refused in lists of parts', async () => {
    const ask = await start({ stores: { demo: directory() } });
    const uploadId = idIn(await ask(begin));
    const path = '/demo/k';
    await ask({ method: 'PUT', path, query: { uploadId, partNumber: '1' } }, Buffer.from('x'));
    for (const max of ['abc', '-1', '1.5', '1e2', '']) {
      const answer = await ask({ method: 'GET', path, query: { uploadId, 'max-parts': max } });
      expect(answer.code, max).to.equal('InvalidArgument');
    }
    const etag = createHash('md5').update('x').digest('hex');
    for (const number of ['0x1', '1e0', '1.0', '', 'one']) {
      const document = `<CompleteMultipartUpload><Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
      const answer = await ask({ method: 'POST', path, query: { uploadId } }, Buffer.from(document));
      expect(answer.code, number).to.equal('MalformedXML');
    }
  });
});
