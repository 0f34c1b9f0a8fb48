import { errorOf } from '@store/conformance';
import OSS from 'ali-oss';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useOss } from './harness.js';

const { configFor, driverOn, emulate, storeOn } = useOss();

describe('oss: objects of other kinds', () => {
  it('lists and deletes symlinks and appendable objects, and never what a symlink points to', async () => {
    const emulator = await emulate();
    const { region: _region, pathStyle: _pathStyle, ...config } = configFor(emulator);
    // Its types do not know `sldEnable`.
    const sdk = new OSS({ ...config, sldEnable: true } as OSS.Options);
    const store = await storeOn(emulator);
    await store.put('kept/target', 'the target');
    await sdk.putSymlink('p/link', 'kept/target', {});
    await sdk.append('p/log', Buffer.from('one'));
    await sdk.append('p/log', Buffer.from(' two'), { position: '3' });
    expect(await (await store.get('p/link')).text()).to.equal('the target');
    expect(await (await store.get('p/log')).text()).to.equal('one two');
    const { objects } = await sdk.list({ 'max-keys': 10 }, {});
    expect(objects.map(({ name, type }) => [name, type])).to.deep.equal([
      ['kept/target', 'Normal'],
      ['p/link', 'Symlink'],
      ['p/log', 'Appendable'],
    ]);
    expect(await store.deletePrefix('p/')).to.include({ deleted: 2, complete: true });
    expect(await emulator.bucket('demo').keys()).to.deep.equal(['kept/target']);
  });

  it('refuses to append to what is not appendable, or elsewhere than at the end', async () => {
    const emulator = await emulate();
    const { region: _region, pathStyle: _pathStyle, ...config } = configFor(emulator);
    const sdk = new OSS({ ...config, sldEnable: true } as OSS.Options);
    await emulator.bucket('demo').seed(['plain'], 'x');
    await sdk.append('log', Buffer.from('one'));
    const codeOf = (work: Promise<unknown>): Promise<unknown> =>
      work.catch((error: unknown) => (error as { code?: unknown }).code);
    expect(await codeOf(sdk.append('plain', Buffer.from('y'), { position: '1' }))).to.equal(
      'ObjectNotAppendable',
    );
    expect(await codeOf(sdk.append('log', Buffer.from('y'), { position: '1' }))).to.equal(
      'PositionNotEqualToLength',
    );
  });

  it('copies a range into a part, bound to the ETag that was seen', async () => {
    const emulator = await emulate();
    const driver = driverOn(emulator);
    const { etag } = await driver.write.put(
      { key: 'from', body: Buffer.from('0123456789'), tags: { a: '1' } },
      {},
    );
    const uploadId = await driver.multipart.create({ key: 'to' }, {});
    const part = { key: 'to', uploadId, partNumber: 1, from: 'from', range: { start: 2, end: 5 } };
    const copied = await driver.multipart.copyPart({ ...part, ifMatch: etag }, {});
    const { parts, truncated } = await driver.multipart.parts({ key: 'to', uploadId, maxParts: 10 }, {});
    expect(parts).to.have.length(1);
    expect(parts[0]).to.include({ partNumber: 1, size: 4, etag: copied });
    expect(parts[0]?.lastModified).to.be.instanceOf(Date);
    expect(truncated).to.equal(false);
    const refused = await errorOf(driver.multipart.copyPart({ ...part, ifMatch: '"other"' }, {}));
    expect(refused).to.include({ code: 'PreconditionFailed', key: 'from' });
    await driver.multipart.complete({ key: 'to', uploadId, parts: [{ partNumber: 1, etag: copied }] }, {});
    const store = await storeOn(emulator);
    expect(await (await store.get('to')).text()).to.equal('2345');
  });
});
