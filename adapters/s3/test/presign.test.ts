import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { errorOf } from '@store/conformance';
import { startEmulator, type Emulator } from '@store/emulator';
import { s3Driver, type Quirks, type S3Config, type S3Driver } from '@store/s3';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { useS3 } from './harness.js';

const { configFor, driverOn, emulate, storeOn } = useS3();

const open: Emulator[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

/** The data plane of ZOS, which takes bodies with their hash alone. */
async function zosDriver(
  { host = '127.0.0.1', ...config }: Partial<S3Config> & { readonly host?: string } = {},
  quirks: Partial<Quirks> = {},
): Promise<S3Driver> {
  const emulator = await startEmulator({ zos: {}, zosS3: {}, buckets: ['demo'] });
  open.push(emulator);
  const { endpoints, dataCredential } = emulator;
  const { accessKeyId, secretAccessKey } = dataCredential;
  const endpoint = endpoints.zosS3?.replace('127.0.0.1', host);
  const own = { bucket: 'demo', region: 'us-east-1', profile: 'ctyun-zos', quirks } as const;
  return s3Driver({ ...own, endpoint, accessKeyId, secretAccessKey, ...config });
}

async function put(url: string, body: string | Blob | Buffer, type?: string): Promise<number> {
  const headers = type === undefined ? {} : { 'content-type': type };
  return (await fetch(url, { method: 'PUT', body, headers })).status;
}

describe('s3: URLs for uploads', () => {
  it('take a body of any type when none was signed (version 4), and keep its type', async () => {
    const emulator = await emulate();
    for (const profile of ['aws', 'generic', 'minio', 'ceph'] as const) {
      const config = { profile, quirks: { forcePathStyle: true } };
      const store = await storeOn(emulator, config);
      const url = await store.presign('a b/c', { method: 'PUT', expiresIn: 60 });
      expect(await put(url, new Blob(['{}'], { type: 'application/json' }))).to.equal(200);
      expect(await store.head('a b/c')).to.include({ contentType: 'application/json' });
      expect(await put(url, Buffer.from('x'))).to.equal(200);
      const typed = await store.presign('k', { method: 'PUT', contentType: 'text/x' });
      for (const [type, status] of [
        ['text/x', 200],
        ['text/y', 403],
        [undefined, 403],
      ] as const)
        expect(await put(typed, Buffer.from('x'), type), type).to.equal(status);
    }
  });

  it('take the type that was signed and no other, nor one where none was (version 2)', async () => {
    const driver = await zosDriver();
    for (const key of ['k', 'a b+c/%41&=?#é', '数/\u{1f600}', 'a/..b', '//x', "('*!)~"]) {
      const url = await driver.presign({ key, method: 'PUT', expiresIn: 60 }, {});
      expect(await put(url, Buffer.from('plain')), key).to.equal(200);
      expect(await put(url, new Blob(['x'], { type: 'text/x' }))).to.equal(403);
      const contentType = 'text/x; charset=utf-8';
      const typed = await driver.presign({ key, method: 'PUT', expiresIn: 60, contentType }, {});
      expect(await put(typed, Buffer.from('typed!'), contentType)).to.equal(200);
      expect(await put(typed, Buffer.from('x'), 'text/y')).to.equal(403);
      expect(await put(typed, Buffer.from('x'))).to.equal(403);
      expect(await driver.read.head({ key }, {})).to.include({ size: 6, contentType });
      expect(await put(url.replace(/\?/, '1?'), Buffer.from('x')), 'another key').to.equal(403);
    }
    await driver.close();
  });

  it('work with the bucket in the host, too (version 2)', async () => {
    const driver = await zosDriver({ host: 'localhost' }, { forcePathStyle: false });
    const url = await driver.presign({ key: 'a b', method: 'PUT', expiresIn: 60 }, {});
    const { hostname, port, pathname, search, host: name } = new URL(url);
    expect(hostname).to.equal('demo.localhost');
    // Names below "localhost" are not known everywhere.
    const sent = request({
      host: '127.0.0.1',
      port,
      method: 'PUT',
      path: pathname + search,
      headers: { host: name },
    });
    const [answer] = (await once(sent.end('x'), 'response')) as [IncomingMessage];
    expect(answer.statusCode).to.equal(200);
    answer.resume();
    await driver.close();
  });

  it('end when they were to end', async () => {
    const driver = await zosDriver();
    const url = new URL(await driver.presign({ key: 'k', method: 'PUT', expiresIn: 1 }, {}));
    url.searchParams.set('Expires', String(Number(url.searchParams.get('Expires')) + 600));
    expect(await put(url.href, Buffer.from('x')), 'made longer').to.equal(403);
    url.searchParams.set('Expires', '1000');
    expect(await put(url.href, Buffer.from('x')), 'over').to.equal(403);
    await driver.close();
  });

  it('name the key that they are for, whatever segments it has (version 2)', async () => {
    const driver = await zosDriver();
    const url = await driver.presign({ key: 'a/../b/./c', method: 'PUT', expiresIn: 60 }, {});
    expect(url).to.contain('/demo/a/../b/./c?');
    // What a client makes of it is signed for nothing.
    expect(await put(url, Buffer.from('x'))).to.equal(403);
    await driver.close();
  });

  it('are not given out where they could not work', async () => {
    const upload = { key: 'k', method: 'PUT', expiresIn: 60 } as const;
    const temporary = await zosDriver({ sessionToken: 'token' });
    const error = await errorOf(temporary.presign(upload, {}));
    expect(error).to.include({ code: 'Unsupported', provider: 's3', operation: 'presign' });
    expect(error.message).to.contain('temporary credentials');
    await temporary.close();
    const driver = driverOn(await emulate());
    for (const method of ['HEAD', 'DELETE'] as const)
      expect((await errorOf(driver.presign({ ...upload, method, contentType: 'text/x' }, {}))).code).to.equal(
        'InvalidArgument',
      );
  });

  it('carry nothing of the secret, and no hash of a body that is not there', async () => {
    const emulator = await emulate();
    for (const profile of ['aws', 'ctyun-zos'] as const) {
      const config = configFor(emulator, { profile });
      const driver = driverOn(emulator, { profile });
      for (const method of ['PUT', 'GET', 'HEAD', 'DELETE'] as const) {
        const url = await driver.presign({ key: 'k', method, expiresIn: 60 }, {});
        expect(url).not.to.contain(config.secretAccessKey);
        expect(url.toLowerCase()).not.to.contain('checksum').and.not.contain('crc32');
      }
    }
  });
});
