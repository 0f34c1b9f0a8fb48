import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { fileURLToPath } from 'node:url';
import { errorOf } from '@store/conformance';
import type { StoreDriver, StoreError } from '@store/core';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useS3 } from './harness.js';

const { configFor, driverOn, emulate, storeOn } = useS3();

const SECRET = 'wJalrXUtnFEMI-secret';

describe('s3: errors', () => {
  const cases: readonly {
    readonly title: string;
    readonly emulator?: Parameters<typeof emulate>[0];
    readonly config?: Parameters<typeof storeOn>[1];
    readonly code: StoreError['code'];
    readonly says: RegExp;
  }[] = [
    {
      title: 'a wrong secret',
      config: { secretAccessKey: SECRET },
      code: 'AccessDenied',
      says: /signature does not match; is the secret/,
    },
    {
      title: 'an unknown access key',
      config: { accessKeyId: 'NOBODY', secretAccessKey: SECRET },
      code: 'AccessDenied',
      says: /does not know this access key id/,
    },
    {
      title: 'a wrong region',
      emulator: { region: 'eu-central-1' },
      config: { region: 'us-east-1' },
      code: 'InvalidConfig',
      says: /"demo" is in the region "eu-central-1"; set "region" to it/,
    },
    {
      title: 'a bucket that is not there',
      config: { bucket: 'nowhere' },
      code: 'NotFound',
      says: /there is no bucket "nowhere"/,
    },
    {
      title: 'an expired token',
      emulator: {
        credentials: [{ accessKeyId: 'AK', secretAccessKey: SECRET, sessionToken: 'token', expiresAt: 1 }],
      },
      code: 'AccessDenied',
      says: /session token has expired/,
    },
    {
      title: 'a missing token',
      emulator: { credentials: [{ accessKeyId: 'AK', secretAccessKey: SECRET, sessionToken: 'token' }] },
      config: { sessionToken: undefined },
      code: 'AccessDenied',
      says: /token is malformed or otherwise invalid/,
    },
    {
      title: "a proxy's page with a 200",
      emulator: {
        faults: { faults: [{ effect: { answer: { status: 200, body: '<html>Log in</html>' } } }] },
      },
      code: 'Corrupt',
      says: /no ListBucketResult but "<html>Log in<\/html>"; is there a proxy in between/,
    },
    {
      title: "a proxy's page with a 502",
      emulator: { faults: { faults: [{ effect: { answer: { status: 502, body: '<html>Bad</html>' } } }] } },
      code: 'Unavailable',
      says: /HTTP 502 with no S3 error but "<html>Bad/,
    },
    {
      title: 'a redirect',
      emulator: {
        faults: {
          faults: [{ effect: { answer: { status: 301, headers: { 'x-amz-bucket-region': 'ap-south-1' } } } }],
        },
      },
      code: 'InvalidConfig',
      says: /"demo" is in the region "ap-south-1"/,
    },
  ];
  for (const { title, emulator: options, config, code, says } of cases) {
    it(`says in one line that there is ${title}, and no secret`, async () => {
      const emulator = await emulate(options);
      const driver = driverOn(emulator, config);
      const error = await errorOf(driver.list.page({ prefix: 'p/', maxKeys: 10 }, {}));
      expect(error).to.include({ code, provider: 's3', operation: 'list' });
      expect(error.message).to.match(says).and.not.contain('\n');
      expect(JSON.stringify(error) + error.message + (error.stack ?? '')).not.to.contain(SECRET);
    });
  }

  it('reads a refusal in JSON, as Ceph sends some', async () => {
    const emulator = await emulate();
    const body = '{"Code":"InvalidRequest","Message":"","RequestId":"tx1","HostId":"h"}';
    emulator.setFaults({ faults: [{ effect: { answer: { status: 400, body } } }] });
    const error = await errorOf(
      driverOn(emulator).write.put({ key: 'a\u0000b', body: Buffer.from('x') }, {}),
    );
    expect(error).to.include({ code: 'InvalidArgument', providerCode: 'InvalidRequest', status: 400 });
    expect(error.reason).to.equal('InvalidRequest');
  });

  it('says that nobody answers at an endpoint', async () => {
    const emulator = await emulate();
    const port = createServer().listen(0, '127.0.0.1');
    await once(port, 'listening');
    const { port: free } = port.address() as AddressInfo;
    port.close();
    await once(port, 'close');
    const driver = driverOn(emulator, { endpoint: `http://127.0.0.1:${free}` });
    const error = await errorOf(driver.read.head({ key: 'k' }, {}));
    expect(error).to.include({ code: 'Unavailable', retryable: true, providerCode: 'ECONNREFUSED' });
    expect(error.message)
      .to.match(/connection was refused/)
      .and.contain(`(127.0.0.1:${free})`);
  });

  it('says that the endpoint speaks http where https was asked for', async () => {
    const emulator = await emulate();
    const { endpoint = '' } = configFor(emulator);
    const driver = driverOn(emulator, { endpoint: endpoint.replace('http:', 'https:') });
    const error = await errorOf(driver.read.head({ key: 'k' }, {}));
    expect(error).to.include({ code: 'Unavailable', retryable: false, providerCode: 'EPROTO' });
    expect(error.message).to.contain('not TLS');
    expect(error.unanswered).to.match(/does the endpoint speak http/);
  });

  it('says where a region is set when none is', async () => {
    const nothing = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
    const before = { ...process.env };
    for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
    Object.assign(process.env, nothing);
    try {
      const error = await errorOf(
        driverOn(await emulate(), { region: undefined, endpoint: undefined }).read.head({ key: 'k' }, {}),
      );
      expect(error).to.include({ code: 'InvalidConfig', retryable: false });
      expect(error.message).to.match(/no region is known: set "region"/);
    } finally {
      process.env = before;
    }
  });

  it("says that the clock is wrong, and signs by the server's clock from then on", async () => {
    const emulator = await emulate({ clockOffsetMs: -3_600_000 });
    await emulator.bucket('demo').seed(['k']);
    // The refusal of a HEAD has no body.
    const firsts = [
      (driver: StoreDriver) => driver.list.page({ prefix: '', maxKeys: 1 }, {}),
      (driver: StoreDriver) => driver.read.head({ key: 'k' }, {}),
    ];
    for (const first of firsts) {
      const driver = driverOn(emulator);
      const error = await errorOf(first(driver));
      expect(error).to.include({
        code: 'AccessDenied',
        providerCode: 'RequestTimeTooSkewed',
        retryable: true,
      });
      expect(error.message).to.match(/clock differs/);
      expect((await driver.read.head({ key: 'k' }, {})).key).to.equal('k');
    }
  });

  it('knows a refused condition, a missing object and a wrong range by what they are', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(['k'], '0123456789');
    const driver = driverOn(emulator);
    const codes = async (work: Promise<unknown>) => {
      const { code, status, key } = await errorOf(work);
      return { code, status, key };
    };
    expect(await codes(driver.read.head({ key: 'none' }, {}))).to.deep.equal({
      code: 'NotFound',
      status: 404,
      key: 'none',
    });
    expect(await codes(driver.read.get({ key: 'none' }, {}))).to.include({ code: 'NotFound', status: 404 });
    expect(await codes(driver.read.get({ key: 'k', ifMatch: '"0"' }, {}))).to.include({
      code: 'PreconditionFailed',
    });
    const { etag } = await driver.read.head({ key: 'k' }, {});
    expect(await codes(driver.read.get({ key: 'k', ifNoneMatch: etag }, {}))).to.include({
      code: 'PreconditionFailed',
    });
    expect(await codes(driver.read.get({ key: 'k', range: { start: 10 } }, {}))).to.include({
      code: 'InvalidArgument',
    });
  });

  it('shows no secret of the configuration in anything that it throws', async () => {
    const emulator = await emulate();
    const driver = driverOn(emulator, { accessKeyId: 'AK', secretAccessKey: SECRET });
    const error = await errorOf(driver.read.head({ key: 'k' }, {}));
    expect(inspect(error, { depth: 10, showHidden: true })).not.to.contain(SECRET);
  });

  it('closes its connections with the store', async () => {
    const emulator = await emulate();
    const store = await storeOn(emulator);
    await Promise.all(['a', 'b', 'c'].map((key) => store.put(key, 'x')));
    (await store.get('a')).body.destroy();
    await store.presign('a');
    expect(await emulator.connections()).to.be.above(0);
    await store.close();
    for (let i = 0; i < 100 && (await emulator.connections()) > 0; i++) await new Promise(setImmediate);
    expect(await emulator.connections()).to.equal(0);
  });

  it('lets the process end after close, with nothing left open', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(['k'], 'x');
    const script = fileURLToPath(new URL('exits-by-itself.js', import.meta.url));
    const child = spawn(process.execPath, [script, JSON.stringify(configFor(emulator))]);
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).to.equal(0);
  });
});
