import { errorOf, numbered } from '@store/conformance';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useZos } from './harness.js';

const { driverOn, emulate, storeOn } = useZos();

const HOUR = 3_600_000;

/** A refusal of the gateway, with its clock. */
function skewedRefusal(minutesAhead: number) {
  const date = new Date(Date.now() + minutesAhead * 60_000).toUTCString();
  const body = {
    requestId: 'r',
    error: '10009',
    code: '10009',
    message: 'ctyun-EOP: signature verification failed',
    eopErrCode: '10009',
    statusCode: 'CTAPI_10009',
    returnObj: {},
  };
  return { answer: { status: 200, headers: { date }, body: JSON.stringify(body) } };
}

describe('ctyun: the service', () => {
  for (const seed of [1, 2]) {
    it(`gets through a bad day with two kinds of requests, and its sums agree with the log (seed ${seed})`, async () => {
      const emulator = await emulate();
      await emulator.bucket('demo').seed([...numbered(10_000), 'p', 'p-x/1', 'p0']);
      emulator.setFaults({
        seed,
        faults: [
          { probability: 0.02, effect: { error: { code: '900', message: 'failed', status: 400 } } },
          // A clock that jumps about and comes back: each refusal is put right by the next answer. Never to a time
          // that a request in flight may be signed with: that refusal would be of the key, not of the clock.
          ...[
            { nth: 4, minutes: 60 },
            { nth: 11, minutes: -60 },
            { nth: 19, minutes: 180 },
          ].map(({ nth, minutes }) => ({ nth, effect: skewedRefusal(minutes) })),
          { operation: 'delete-objects', effect: { keyError: { code: 'InternalError' }, share: 0.01 } },
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
      expect(report.requests.delete).to.equal(log.of('delete-objects').length);
      expect(report.requests.list).to.equal(log.of('list-objects').length);
      expect(log.entries.length).to.equal(report.requests.delete + report.requests.list);
      expect(Math.max(...log.of('delete-objects').map(({ keys }) => keys ?? 0))).to.equal(1000);
      expect(log.deleted).to.equal(10_000);
      expect(await emulator.bucket('demo').keys()).to.have.members(['p', 'p-x/1', 'p0']);
    });
  }

  it('tells of deletes that the requester pays', async () => {
    for (const requestCharged of [true, false]) {
      const emulator = await emulate({ zos: { quirks: { requestCharged } } });
      await emulator.bucket('demo').seed(numbered(3));
      const report = await (await storeOn(emulator)).deletePrefix('p/');
      expect(report).to.deep.include({
        deleted: 3,
        warnings: requestCharged
          ? ['the service charged you for deletes, and not the owner of the bucket']
          : [],
      });
    }
  });

  it('signs every attempt anew', async () => {
    const emulator = await emulate();
    emulator.setFaults({ faults: [{ times: 2, effect: { error: { code: '900', status: 400 } } }] });
    await (await storeOn(emulator)).exists('k');
    const ids = emulator.log.entries.map(({ headers }) => headers['ctyun-eop-request-id']);
    expect(ids).to.have.length(3);
    expect(new Set(ids).size).to.equal(3);
    expect(JSON.stringify(emulator.log.entries)).not.to.contain('Signature=');
  });

  it("corrects this machine's clock by the service's, and says so in the report", async () => {
    for (const hours of [-2, 30]) {
      const emulator = await emulate({ clockOffsetMs: hours * HOUR });
      await emulator.bucket('demo').seed(numbered(10));
      // Node's server stamps answers with this machine's time; the emulated one is elsewhere.
      const shown = new Date(Date.now() + hours * HOUR).toUTCString();
      emulator.setFaults({
        faults: [
          { effect: { rewrite: (answer) => ({ ...answer, headers: { ...answer.headers, date: shown } }) } },
        ],
      });
      const report = await (await storeOn(emulator)).deletePrefix('p/');
      expect(report).to.include({ deleted: 10, complete: true });
      const refused = emulator.log.entries.filter(({ code }) => code === 'CTAPI_10009');
      expect(refused).to.have.length(1);
    }
  });

  it('takes the documented answer to a batch delete apart, key by key', async () => {
    const emulator = await emulate();
    const objects = [
      { key: 'obj1', versionId: 'Mp6FKCm7LkZvCA3iTWj6sdqv.4vLAFS' },
      { key: 'obj2', versionId: 'NU6FKCm7LkvydingTWj6sdqv.32LAFS' },
    ];
    const answer = {
      returnObj: {
        deleted: [
          {
            key: 'obj1',
            versionID: 'Mp6FKCm7LkZvCA3iTWj6sdqv.4vLAFS',
            deleteMarker: true,
            deleteMarkerVersionID: 'Mp6FKCm7LkZvCA3iTWj6sdqv.4vLAFS',
          },
        ],
        requestCharged: 'requester',
        errors: [
          {
            key: 'obj2',
            versionID: 'NU6FKCm7LkvydingTWj6sdqv.32LAFS',
            code: 'NoSuchVersion',
            message:
              'Indicates that the version ID specified in the request does not match an existing version',
          },
        ],
      },
      message: 'SUCCESS',
      description: '成功',
      statusCode: 800,
    };
    emulator.setFaults({ faults: [{ effect: { answer: { status: 200, body: JSON.stringify(answer) } } }] });
    const report = await (await storeOn(emulator)).deleteMany(objects);
    expect(report).to.include({ deleted: 1, failed: 1, complete: false });
    expect(report.failures.sample).to.have.length(1);
    expect(report.failures.sample[0]).to.deep.include({ key: 'obj2', versionId: objects[1]?.versionId });
    expect(JSON.stringify(report.failures.sample[0]))
      .to.contain('NoSuchVersion')
      .and.contain('does not match');
    const [sent] = emulator.log.of('delete-objects');
    expect(sent?.path).to.equal('/v4/oss/delete-objects');
  });

  it('counts no key as deleted that a success does not name', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(['p/1', 'p/2']);
    const body = JSON.stringify({ returnObj: { deleted: [{ key: 'p/1' }] }, statusCode: 800 });
    emulator.setFaults({
      faults: [{ operation: 'delete-objects', effect: { answer: { status: 200, body } } }],
    });
    const report = await (await storeOn(emulator)).deletePrefix('p/');
    expect(report).to.include({ deleted: 1, failed: 1, complete: false });
    expect(report.failures.byCode).to.deep.equal({ Unconfirmed: 1 });
  });

  it('calls a version deleted that is gone when its batch is sent again', async () => {
    const emulator = await emulate({ buckets: [{ name: 'demo', versioning: 'enabled' }] });
    await emulator.bucket('demo').seed(numbered(50));
    emulator.setFaults({
      faults: [{ operation: 'delete-objects', times: 1, effect: { reset: 'after' } }],
    });
    const report = await (await storeOn(emulator)).deletePrefix('p/', { versions: 'all' });
    expect(report).to.include({ deleted: 50, failed: 0, complete: true });
  });

  it('deletes all versions of a directory and of its own object, and none of its neighbours', async () => {
    const emulator = await emulate({ buckets: [{ name: 'demo', versioning: 'enabled' }] });
    const bucket = emulator.bucket('demo');
    const neighbours = ['p', 'p-x', 'p.\u{10ffff}', 'p0', 'q'];
    for (let i = 0; i < 3; i++) await bucket.seed(['p/', 'p/1', 'p/\u{10ffff}', ...neighbours]);
    const report = await (await storeOn(emulator)).deletePrefix('p/', { versions: 'all' });
    expect(report).to.include({ deleted: 9, failed: 0, complete: true });
    expect(await bucket.keys()).to.have.members(neighbours);
  });

  it('lists no versions behind the prefix', async () => {
    const emulator = await emulate({
      zos: { quirks: { versionsPage: 10 } },
      buckets: [{ name: 'demo', versioning: 'enabled' }],
    });
    await emulator.bucket('demo').seed([...numbered(5), ...numbered(500, 'p0/')]);
    const listed: string[] = [];
    for await (const { key } of (await storeOn(emulator)).listVersions('p/')) listed.push(key);
    expect(listed).to.deep.equal(numbered(5));
    expect(emulator.log.of('list-object-versions')).to.have.length(1);
  });

  it('goes on behind an upload that the service lists once more', async () => {
    const emulator = await emulate({ zos: { quirks: { inclusiveUploadMarker: true } } });
    const { objects } = emulator.bucket('demo');
    for (const key of ['p/1', 'p/1', 'p/2', 'p/3']) await objects.multipart?.create({ key }, {});
    const driver = driverOn(emulator);
    const seen: string[] = [];
    let token: string | undefined;
    do {
      const page = await driver.uploads.page({ prefix: 'p/', token, maxUploads: 2 }, {});
      seen.push(...page.uploads.map(({ key }) => key));
      token = page.nextToken;
    } while (token !== undefined);
    expect(seen).to.deep.equal(['p/1', 'p/1', 'p/2', 'p/3']);
  });

  it('goes to its endpoint, whatever proxies the environment names', async () => {
    const emulator = await emulate();
    const before = process.env['http_proxy'];
    process.env['http_proxy'] = 'http://127.0.0.1:9';
    try {
      expect(await (await storeOn(emulator)).exists('k')).to.equal(false);
    } finally {
      if (before === undefined) delete process.env['http_proxy'];
      else process.env['http_proxy'] = before;
    }
  });

  it('lists, heads, copies, tags and deletes without a data plane, and says what bytes need', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(['p/1'], 'body');
    const store = await storeOn(emulator, { dataPlane: undefined });
    for (const call of [store.get('p/1'), store.put('k', 'x'), store.put('k', neverRead())]) {
      const error = await errorOf(call);
      expect(error).to.include({ code: 'Unsupported', provider: 'ctyun' });
      expect(error.message).to.contain('set dataPlane to "auto"');
    }
    expect((await store.head('p/1')).size).to.equal(4);
    await store.copy('p/1', 'p/2');
    await store.setTags('p/2', { a: '1' });
    expect(await store.getTags('p/2')).to.deep.equal({ a: '1' });
    const link = await store.presign('p/2', { expiresIn: 60 });
    expect(await (await fetch(link)).text()).to.equal('body');
    expect((await fetch(link.replace('/p/2', '/p/1'))).status).to.equal(403);
    expect((await errorOf(store.presign('p/2', { method: 'PUT' }))).code).to.equal('Unsupported');
    expect(await store.deletePrefix('p/', { uploads: true })).to.include({ deleted: 2, complete: true });
    expect(new Set(emulator.log.entries.map(({ face }) => face))).to.deep.equal(new Set(['zos', 'zosS3']));
    expect(emulator.log.of('get-keys')).to.deep.equal([]);
  });

  it('asks for keys and endpoint of the data plane once, and takes given ones', async () => {
    const emulator = await emulate();
    const store = await storeOn(emulator);
    await Promise.all(numbered(20).map((key) => store.put(key, key)));
    expect(emulator.log.of('get-keys')).to.have.length(1);
    expect(emulator.log.of('get-endpoint')).to.have.length(1);
    const { accessKeyId, secretAccessKey } = emulator.dataCredential;
    const endpoint = emulator.endpoints.zosS3 ?? '';
    const given = await storeOn(emulator, { dataPlane: { endpoint, accessKeyId, secretAccessKey } });
    expect(await (await given.get('p/00003')).text()).to.equal('p/00003');
    expect(emulator.log.of('get-keys')).to.have.length(1);
  });

  it('opens the data plane again after it could not be opened', async () => {
    const emulator = await emulate();
    const store = await storeOn(emulator, {}, { maxAttempts: 1 });
    emulator.setFaults({
      faults: [{ operation: 'get-keys', effect: { error: { code: '900', status: 400 } } }],
    });
    expect((await errorOf(store.put('k', 'x'))).code).to.equal('Unavailable');
    emulator.setFaults({});
    await store.put('k', 'x');
    expect(await (await store.get('k')).text()).to.equal('x');
  });

  it('ends a request with its signal, while the data plane opens too', async () => {
    const emulator = await emulate();
    const store = await storeOn(emulator);
    emulator.setFaults({ faults: [{ effect: { hang: true } }] });
    for (const call of [
      (signal: AbortSignal) => store.head('k', { signal }),
      (signal: AbortSignal) => store.get('k', { signal }),
    ]) {
      const error = await errorOf(call(AbortSignal.timeout(50)));
      expect(error.code).to.equal('Aborted');
    }
  });

  it('sends its own name, or the one that it is told', async () => {
    const emulator = await emulate();
    await (await storeOn(emulator)).exists('k');
    await (await storeOn(emulator, { userAgent: 'backup/1.0' })).exists('k');
    expect(emulator.log.entries.map(({ headers }) => headers['user-agent'])).to.deep.equal([
      'store-ctyun',
      'backup/1.0',
    ]);
  });

  it('closes its connections with the store', async () => {
    const emulator = await emulate();
    const store = await storeOn(emulator);
    await store.put('k', 'x');
    await store.head('k');
    expect(await emulator.connections()).to.be.above(0);
    await store.close();
    for (let i = 0; i < 100 && (await emulator.connections()) > 0; i++) await new Promise(setImmediate);
    expect(await emulator.connections()).to.equal(0);
  });
});

async function* neverRead(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x');
  throw new Error('the body was read');
}
