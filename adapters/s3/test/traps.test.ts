import { expect } from 'chai';
import { describe, it } from 'mocha';
import { errorOf, numbered } from '@store/conformance';
import type { Answer } from '@store/emulator';
import { useS3 } from './harness.js';

const { driverOn, emulate, storeOn } = useS3();

/** Edits the text of an answer. */
function edit(change: (text: string) => string) {
  const textOf = (body: Answer['body']): string =>
    typeof body === 'string' ? body : Buffer.from(body ?? []).toString();
  return { rewrite: (answer: Answer): Answer => ({ ...answer, body: change(textOf(answer.body)) }) };
}

describe('s3: what the SDK would take for something else', () => {
  it('sends no request for an empty key, which would be one on the bucket', async () => {
    const emulator = await emulate();
    const driver = driverOn(emulator);
    const targets = [{ key: 'a' }, { key: '' }];
    expect((await errorOf(driver.delete.one({ key: '' }, {}))).code).to.equal('InvalidArgument');
    expect((await errorOf((async () => driver.batch?.delete(targets, {}))())).code).to.equal(
      'InvalidArgument',
    );
    expect(emulator.log.entries).to.deep.equal([]);
    expect(await emulator.bucket('demo').keys()).to.deep.equal([]);
  });

  it('deletes an empty bucket when the SDK is given an empty key, which is why', async () => {
    const emulator = await emulate();
    const { S3Client, DeleteObjectCommand } = await import('@aws-sdk/client-s3');
    const client = new S3Client({
      endpoint: emulator.endpoints.s3 ?? '',
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' },
    });
    await client.send(new DeleteObjectCommand({ Bucket: 'demo', Key: '' }));
    client.destroy();
    expect(emulator.log.of('DeleteBucket')).to.have.length(1);
    expect(() => emulator.bucket('demo')).to.throw(/no bucket/);
  });

  it('lists with encoding-type=url and decodes what comes encoded', async () => {
    const keys = ['p/a b', 'p/a%20b', 'p/a+b', 'p/carriage\r\nreturn', 'p/ctrl\u0001'];
    const emulator = await emulate();
    const store = await storeOn(emulator);
    await emulator.bucket('demo').seed(keys);
    const listed = [];
    for await (const { key } of store.list('p/')) listed.push(key);
    expect(listed).to.deep.equal(keys);
    expect(emulator.log.of('ListObjectsV2')[0]?.query).to.include({ 'encoding-type': 'url' });
  });

  it('takes keys as they are from a service that does not encode', async () => {
    const keys = ['p/a b', 'p/a%20b', 'p/a+b'];
    const emulator = await emulate({ s3: { quirks: { ignoreEncodingType: true } } });
    const store = await storeOn(emulator);
    await emulator.bucket('demo').seed(keys);
    const report = await store.deletePrefix('p/');
    expect(report).to.include({ deleted: 3, complete: true });
    expect(await emulator.bucket('demo').keys()).to.deep.equal([]);
  });

  const listings: Readonly<Record<string, (text: string) => string>> = {
    'is truncated without a token': (text) =>
      text.replace(/<NextContinuationToken>.*?<\/NextContinuationToken>/, ''),
    'gives the token back that it was sent': (text) => {
      const sent = /<ContinuationToken>(.*?)</.exec(text)?.[1];
      return sent === undefined ? text : text.replace(/(<NextContinuationToken>).*?</, `$1${sent}<`);
    },
    'brings nothing new': (text) => text.replace(/<Contents>.*<\/Contents>/, '').replace('>false<', '>true<'),
    'names keys outside the prefix': (text) => text.replaceAll('<Key>p/', '<Key>q/'),
    'is cut off': (text) => text.slice(0, text.length / 2),
    'is a page of a proxy': () => '<html><body>Please log in</body></html>',
    'is empty': () => '',
  };
  for (const [what, change] of Object.entries(listings)) {
    it(`ends with an error, not early, when a listing ${what}`, async () => {
      const emulator = await emulate();
      await emulator.bucket('demo').seed(numbered(2_500));
      await emulator.bucket('demo').seed(numbered(10, 'q/'));
      const store = await storeOn(emulator, {}, { maxAttempts: 2, baseDelayMs: 1 });
      emulator.setFaults({ faults: [{ operation: 'ListObjectsV2', effect: edit(change) }] });
      const error = await errorOf(store.deletePrefix('p/'));
      expect(error.code).to.equal('Corrupt');
      expect(await emulator.bucket('demo').keys('q/')).to.have.length(10);
    });
  }

  const answers: Readonly<Record<string, Answer>> = {
    'an empty 200': { status: 200 },
    'a 204': { status: 204 },
    'a page of a proxy': { status: 200, body: '<!DOCTYPE html><html><body>ok</body></html>' },
    'another document': { status: 200, body: '<ListBucketResult></ListBucketResult>' },
    'half a document': { status: 200, body: '<DeleteResult><Deleted><Key>p/0' },
  };
  for (const [what, answer] of Object.entries(answers)) {
    for (const quietDeletes of [false, true]) {
      it(`does not take ${what} for a batch delete${quietDeletes ? ' in quiet mode' : ''}`, async () => {
        const emulator = await emulate();
        await emulator.bucket('demo').seed(numbered(20));
        emulator.setFaults({ faults: [{ operation: 'DeleteObjects', effect: { rewrite: () => answer } }] });
        const config = { quirks: { quietDeletes } };
        const targets = numbered(20).map((key) => ({ key }));
        const error = await errorOf((async () => driverOn(emulator, config).batch?.delete(targets, {}))());
        expect(error.code).to.equal('Corrupt');
        // The engine sees each key gone by a request of its own.
        const report = await (await storeOn(emulator, config)).deleteMany(targets);
        expect(report).to.include({ deleted: 20, complete: true, strategy: 'single' });
        expect(report.warnings.join()).to.contain('batch');
      });
    }
  }

  it('reads an error inside a 200 that ends in a newline, which the SDK takes for a success', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(['from']);
    const body = '<?xml version="1.0"?>\n<Error><Code>SlowDown</Code><Message>slower</Message></Error>\n';
    emulator.setFaults({
      faults: ['DeleteObjects', 'CopyObject'].map((operation) => ({
        operation,
        effect: { answer: { status: 200, body } },
      })),
    });
    const driver = driverOn(emulator);
    for (const work of [
      async () => driver.batch?.delete([{ key: 'from' }], {}),
      () => driver.write.copy({ from: 'from', to: 'to' }, {}),
    ]) {
      expect(await errorOf(work())).to.include({
        code: 'Throttled',
        retryable: true,
        providerCode: 'SlowDown',
      });
    }
  });

  it('does not count a key that a verbose answer leaves out', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(numbered(10));
    const drop = edit((text) => text.replace(/<Deleted><Key>p\/00003<\/Key><\/Deleted>/, ''));
    emulator.setFaults({ faults: [{ operation: 'DeleteObjects', effect: drop, key: '00003$' }] });
    const store = await storeOn(emulator, {}, { maxAttempts: 1 });
    const report = await store.deletePrefix('p/');
    expect(report).to.include({ deleted: 9, failed: 1, complete: false });
    expect(report.failures.sample[0]).to.include({ key: 'p/00003', code: 'Unconfirmed' });
  });

  it('sends keys that XML cannot carry on their own, and the rest of the batch together', async () => {
    const emulator = await emulate();
    const hostile = ['p/\u0001', 'p/\u001f', 'p/\ufffe'];
    await emulator.bucket('demo').seed([...numbered(50), ...hostile]);
    const report = await (await storeOn(emulator)).deletePrefix('p/');
    expect(report).to.include({ deleted: 53, complete: true });
    expect(emulator.log.of('DeleteObjects').map(({ keys }) => keys)).to.deep.equal([50]);
    expect(emulator.log.of('DeleteObject').map(({ key }) => key)).to.have.members(hostile);
  });

  it('ends a request whose answer does not come, and its connection', async () => {
    const emulator = await emulate();
    emulator.setFaults({ faults: [{ effect: { hang: true } }] });
    const driver = driverOn(emulator, { timeoutMs: 150 });
    for (const work of [
      () => driver.read.head({ key: 'k' }, {}),
      () => driver.list.page({ prefix: '', maxKeys: 10 }, {}),
      async () => driver.batch?.delete([{ key: 'k' }], {}),
    ]) {
      expect(await errorOf(work())).to.include({ code: 'Timeout', retryable: true });
    }
    // The emulator's line in the log is written when the connection closes.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(emulator.log.entries).to.have.length(3);
  });

  it('ends a request whose answer stops in the middle', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(numbered(100));
    emulator.setFaults({ faults: [{ effect: { hang: true, after: 100 } }] });
    const driver = driverOn(emulator, { timeoutMs: 150 });
    expect((await errorOf(driver.list.page({ prefix: '', maxKeys: 100 }, {}))).code).to.equal('Timeout');
    const targets = numbered(100).map((key) => ({ key }));
    expect((await errorOf((async () => driver.batch?.delete(targets, {}))())).code).to.equal('Timeout');
  });

  it('ends a request whose answer comes too slowly to ever be complete in time', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(numbered(100));
    emulator.setFaults({ faults: [{ effect: { trickleMs: 20 } }] });
    const driver = driverOn(emulator, { timeoutMs: 150 });
    expect((await errorOf(driver.list.page({ prefix: '', maxKeys: 100 }, {}))).code).to.equal('Timeout');
  });

  it('ends a body that stops flowing, and one whose signal fires', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(['k'], Buffer.alloc(100_000));
    emulator.setFaults({ faults: [{ operation: 'GetObject', effect: { hang: true, after: 1_000 } }] });
    const store = await storeOn(emulator, { timeoutMs: 200 });
    await errorOf((await store.get('k')).bytes());
    const controller = new AbortController();
    const object = await store.get('k', { signal: controller.signal });
    const reading = errorOf(object.bytes());
    controller.abort();
    expect((await reading).code).to.equal('Aborted');
  });

  it('never puts more keys into a batch than S3 takes, nor more bytes', async () => {
    const emulator = await emulate();
    const long = Array.from({ length: 2_500 }, (_, i) => `p/${'&'.repeat(1000)}${i}`);
    await emulator.bucket('demo').seed(long);
    const report = await (await storeOn(emulator)).deletePrefix('p/');
    expect(report).to.include({ deleted: 2_500, complete: true });
    for (const { keys, bytesIn } of emulator.log.of('DeleteObjects')) {
      expect(keys).to.be.at.most(1000);
      expect(bytesIn).to.be.at.most(2 * 1024 * 1024);
    }
  });
});
