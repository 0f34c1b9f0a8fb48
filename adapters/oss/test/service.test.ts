import { errorOf, numbered } from '@store/conformance';
import type { StoreError } from '@store/core';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useOss } from './harness.js';

const { driverOn, emulate, storeOn } = useOss();

describe('oss: the service', () => {
  for (const seed of [1, 2]) {
    it(`gets through a bad day, and its sums agree with the log (seed ${seed})`, async () => {
      const emulator = await emulate();
      await emulator.bucket('demo').seed([...numbered(10_000), 'p', 'p-x/1', 'p0']);
      emulator.setFaults({
        seed,
        faults: [
          { probability: 0.03, effect: { error: { code: 'TotalQpsLimitExceeded', status: 503 } } },
          { probability: 0.01, effect: { reset: 'before' } },
          { operation: 'DeleteObjects', effect: { keyError: { code: 'InternalError' }, share: 0.01 } },
        ],
      });
      const report = await (await storeOn(emulator)).deletePrefix('p/', { verify: true });
      expect(report).to.deep.include({
        deleted: 10_000,
        failed: 0,
        complete: true,
        remaining: { count: 0, sample: [] },
      });
      const { log } = emulator;
      expect(report.requests.delete).to.equal(log.of('DeleteObjects').length + log.of('DeleteObject').length);
      expect(report.requests.list).to.equal(log.of('ListObjectsV2').length);
      expect(log.deleted).to.equal(10_000);
      expect(await emulator.bucket('demo').keys()).to.have.members(['p', 'p-x/1', 'p0']);
    });
  }

  // https://www.alibabacloud.com/help/en/oss/developer-reference/putbucketrequestpayment: of GET and POST alike.
  it('is told with deletes and their listings who pays', async () => {
    const emulator = await emulate({ buckets: [{ name: 'demo', versioning: 'enabled' }] });
    await emulator.bucket('demo').seed(numbered(3));
    const store = await storeOn(emulator);
    const report = await store.deletePrefix('p/', { versions: 'all', requestPayer: true });
    expect(report).to.include({ complete: true, failed: 0 });
    const sent = ['ListObjectVersions', 'DeleteObjects'].flatMap((name) => [...emulator.log.of(name)]);
    expect(sent).to.have.length.of.at.least(2);
    for (const { headers } of sent) expect(headers).to.have.property('x-oss-request-payer', 'requester');
    await (await storeOn(emulator)).deletePrefix('p/', { versions: 'all' });
    expect(emulator.log.entries.at(-1)?.headers).not.to.have.property('x-oss-request-payer');
  });

  const cases: readonly {
    readonly title: string;
    readonly emulator?: Parameters<typeof emulate>[0];
    readonly config?: Parameters<typeof driverOn>[1];
    readonly code: StoreError['code'];
    readonly says: RegExp;
  }[] = [
    {
      title: 'a wrong secret',
      config: { accessKeySecret: 'SECRET' },
      code: 'AccessDenied',
      says: /signature does not match/,
    },
    {
      title: 'an unknown key',
      config: { accessKeyId: 'X' },
      code: 'AccessDenied',
      says: /does not know this access key id \(EC 0002-00000902\)/,
    },
    {
      title: 'a missing bucket',
      config: { bucket: 'nowhere' },
      code: 'NotFound',
      says: /no bucket "nowhere" \(EC/,
    },
    {
      title: 'a wrong clock',
      emulator: { clockOffsetMs: 3_600_000 },
      code: 'AccessDenied',
      says: /clock differs/,
    },
    {
      title: 'an expired token',
      emulator: {
        credentials: [{ accessKeyId: 'AK', secretAccessKey: 'SK', sessionToken: 't', expiresAt: 1 }],
      },
      config: { stsToken: 't' },
      code: 'AccessDenied',
      says: /security token has expired/,
    },
    {
      title: "a proxy's page",
      emulator: { faults: { faults: [{ effect: { answer: { status: 502, body: '<html>Bad' } } }] } },
      code: 'Unavailable',
      says: /list: the service answered HTTP 502/,
    },
    {
      title: 'nobody there',
      config: { endpoint: 'http://localhost:9' },
      code: 'Unavailable',
      says: /connection was refused/,
    },
  ];
  for (const { title, emulator: options, config, code, says } of cases) {
    it(`says in one line that there is ${title}, and no secret`, async () => {
      const emulator = await emulate(options);
      const error = await errorOf(driverOn(emulator, config).list.page({ prefix: 'p/', maxKeys: 10 }, {}));
      expect(error).to.include({ code, provider: 'oss', operation: 'list' });
      expect(error.message).to.match(says).and.not.contain('\n');
      expect(`${error.stack} ${JSON.stringify(error)}`).not.to.contain('SECRET');
    });
  }

  it('says that an archived object has to be restored', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(['k']);
    const error = {
      code: 'InvalidObjectState',
      message: 'The operation is not valid for the object state',
      status: 403,
    };
    emulator.setFaults({ faults: [{ operation: 'GetObject', effect: { error } }] });
    const refused = await errorOf((await storeOn(emulator)).get('k'));
    expect(refused).to.include({
      code: 'PreconditionFailed',
      providerCode: 'InvalidObjectState',
      retryable: false,
    });
    expect(refused.message).to.match(/archived: it has to be restored/);
  });

  it('takes new temporary credentials when the old ones have run for a while', async () => {
    const credentials = [{ accessKeyId: 'TMP', secretAccessKey: 'S', sessionToken: 'fresh' }];
    const emulator = await emulate({ credentials });
    let asked = 0;
    const refreshSts = async () => {
      asked++;
      return { accessKeyId: 'TMP', accessKeySecret: 'S', stsToken: 'fresh' };
    };
    const store = await storeOn(emulator, { accessKeyId: 'OLD', stsToken: 'old', refreshSts });
    const now = Date.now;
    try {
      Date.now = () => now() + 6 * 60_000;
      // Many at once ask once.
      await Promise.all(['a', 'b', 'c'].map((key) => store.exists(key)));
    } finally {
      Date.now = now;
    }
    expect(asked).to.equal(1);
  });

  it('names itself as it is told', async () => {
    const emulator = await emulate();
    await (await storeOn(emulator, { userAgent: 'backup/1.0' })).exists('k');
    expect(emulator.log.entries.at(-1)?.headers['user-agent']).to.equal('backup/1.0 (nodejs)');
  });

  it('presigns with both versions', async () => {
    const emulator = await emulate();
    for (const authorization of ['v4', 'v1'] as const) {
      const store = await storeOn(emulator, { authorization });
      const url = await store.presign('a b+c', { method: 'PUT', expiresIn: 60 });
      // Bytes: for a text `fetch` sends a Content-Type, which OSS takes for signed.
      const body = Buffer.from(authorization);
      expect((await fetch(url, { method: 'PUT', body })).status).to.equal(200);
      expect(await (await fetch(await store.presign('a b+c'))).text()).to.equal(authorization);
      expect((await fetch(url.replace('a%20b', 'x'), { method: 'PUT', body: 'x' })).status).to.equal(403);
    }
  });

  it('presigns an upload for one type, with both versions', async () => {
    const emulator = await emulate();
    for (const authorization of ['v4', 'v1'] as const) {
      const contentType = 'text/plain;charset=UTF-8';
      const url = await driverOn(emulator, { authorization }).presign({
        key: 'a b+c',
        method: 'PUT',
        expiresIn: 60,
        contentType,
      });
      const put = async (type: string | undefined): Promise<number> => {
        const headers = type === undefined ? {} : { 'content-type': type };
        return (await fetch(url, { method: 'PUT', headers, body: Buffer.from(authorization) })).status;
      };
      for (const type of [undefined, 'text/html']) expect(await put(type)).to.equal(403);
      // `fetch` gives this type to a text by itself.
      expect((await fetch(url, { method: 'PUT', body: authorization })).status).to.equal(200);
      expect(await put(contentType)).to.equal(200);
      expect(await driverOn(emulator).read.head({ key: 'a b+c' }, {})).to.include({ contentType, size: 2 });
    }
  });

  it('closes its connections with the store', async () => {
    const emulator = await emulate();
    const store = await storeOn(emulator);
    await store.put('k', 'x');
    (await store.get('k')).body.destroy();
    expect(await emulator.connections()).to.be.above(0);
    await store.close();
    for (let i = 0; i < 100 && (await emulator.connections()) > 0; i++) await new Promise(setImmediate);
    expect(await emulator.connections()).to.equal(0);
  });
});
