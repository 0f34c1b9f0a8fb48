// What ali-oss 6.23 does to another object than it is told, or reports of one. Each test looks at that other object.
import { errorOf, numbered } from '@store/conformance';
import OSS from 'ali-oss';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useOss } from './harness.js';

const { configFor, driverOn, emulate, storeOn } = useOss();

describe('oss: what the SDK would do to another object', () => {
  for (const authorization of ['v4', 'v1'] as const) {
    it(`acts on keys with dot segments as they are (${authorization})`, async () => {
      const emulator = await emulate();
      const keys = ['b', 'a/../b', 'a/./b', 'a/b', '..', '.', 'x/..', '../other/x'];
      await emulator.bucket('other').seed(['x']);
      const store = await storeOn(emulator, { authorization });
      for (const key of keys) await store.put(key, key);
      for (const key of keys) expect(await (await store.get(key)).text()).to.equal(key);
      for (const key of ['a/../b', 'a/./b', '..', 'x/..', '../other/x']) await store.delete(key);
      expect(await emulator.bucket('demo').keys()).to.have.members(['b', 'a/b', '.']);
      expect(await emulator.bucket('other').keys()).to.deep.equal(['x']);
    });
  }

  it('shows that the SDK alone deletes another object for such a key, which is why', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(['b', 'a/../b']);
    const { bucket, region, endpoint, accessKeyId, accessKeySecret } = configFor(emulator);
    const sdk = new OSS({
      bucket,
      region,
      endpoint: endpoint ?? '',
      accessKeyId,
      accessKeySecret,
      sldEnable: true,
    } as OSS.Options);
    await sdk.delete('a/../b').catch(() => undefined);
    expect(emulator.log.entries.at(-1)?.path).to.equal('/demo/b');
  });

  it('refuses keys that OSS does not take, and never sends another in their place', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(['a']);
    const store = await storeOn(emulator);
    for (const key of ['/a', '//a', '\\a', '']) {
      for (const work of [() => store.delete(key), () => store.head(key), () => store.put(key, 'x')]) {
        expect((await errorOf(work())).code, key).to.equal('InvalidArgument');
      }
    }
    const report = await store.deleteMany(['/a', 'missing']);
    expect(report).to.include({ deleted: 1, failed: 1 });
    expect(await emulator.bucket('demo').keys()).to.deep.equal(['a']);
    const sent = emulator.log.entries.filter(({ key }) => key === undefined || key === 'a');
    expect(sent.map(({ operation }) => operation)).to.not.include.members(['DeleteBucket', 'DeleteObject']);
  });

  it('sees the refusals that an answer leaves out, with their reason', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(numbered(3_000));
    emulator.setFaults({ deny: [{ key: '77$' }] });
    const report = await (await storeOn(emulator)).deletePrefix('p/');
    const held = numbered(3_000).filter((key) => key.endsWith('77'));
    expect(report).to.include({ deleted: 3_000 - held.length, failed: held.length, complete: false });
    expect(report.failures.byCode).to.deep.equal({ AccessDenied: held.length });
    expect(await emulator.bucket('demo').keys()).to.deep.equal(held);
  });

  const answers = {
    'an empty 200': '',
    'an error with a 200': '<Error><Code>AccessDenied</Code><Message>no</Message></Error>',
    'a page of a proxy': '<html><body>hello</body></html>',
    'half a document': '<DeleteResult><Deleted><Key>p/0',
  };
  for (const [what, body] of Object.entries(answers)) {
    it(`does not take ${what} for a success`, async () => {
      const emulator = await emulate();
      await emulator.bucket('demo').seed(numbered(20));
      emulator.setFaults({
        faults: [{ operation: 'DeleteObjects', effect: { answer: { status: 200, body } } }],
      });
      const targets = numbered(20).map((key) => ({ key }));
      expect((await errorOf(driverOn(emulator).batch.delete(targets, {}))).code).to.equal('Corrupt');
      expect(await emulator.bucket('demo').keys()).to.have.length(20);
    });
  }

  it('carries control characters through a batch, and decodes what comes back encoded', async () => {
    const emulator = await emulate();
    const keys = [
      'p/\u0001',
      'p/\r',
      'p/a\r\nb',
      'p/\u0000',
      'p/a%0D',
      'p/a+b',
      'p/a b',
      'p/<&>"\'',
      'p/\ufffe',
    ];
    await emulator.bucket('demo').seed([...keys, 'p/a\nb', 'q']);
    const result = await driverOn(emulator).batch.delete(
      keys.map((key) => ({ key })),
      {},
    );
    expect(result.deleted.map(({ key }) => key)).to.deep.equal(keys);
    expect(await emulator.bucket('demo').keys()).to.deep.equal(['p/a\nb', 'q']);
    const [entry] = emulator.log.of('DeleteObjects');
    expect(entry?.headers).to.have.property('content-md5');
  });

  it('ends the request and its connection within a second when the signal fires, or the time is up', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(['k'], Buffer.alloc(100_000));
    emulator.setFaults({ faults: [{ effect: { hang: true } }] });
    const controller = new AbortController();
    const head = errorOf(driverOn(emulator).read.head({ key: 'k' }, { signal: controller.signal }));
    setTimeout(() => controller.abort(), 50);
    expect((await head).code).to.equal('Aborted');
    expect((await errorOf(driverOn(emulator, { timeoutMs: 100 }).read.head({ key: 'k' }, {}))).code).to.equal(
      'Timeout',
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(emulator.log.entries).to.have.length(2);
    emulator.setFaults({ faults: [{ effect: { hang: true, after: 1_000 } }] });
    const object = await (await storeOn(emulator, { timeoutMs: 150 })).get('k');
    expect((await errorOf(object.bytes())).code).to.equal('Timeout');
  });
});
