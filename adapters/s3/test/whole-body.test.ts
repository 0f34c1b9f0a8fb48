import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { WholeBody } from '@store/driver/extend';
import { errorOf } from '@store/conformance';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { useS3 } from './harness.js';
import { useWrongS3 } from './wrong-service.js';

const { driverOn, emulate } = useS3();
const { wrongDriver, closeServices } = useWrongS3();

const BYTES = createHash('sha512').update('content').digest();

describe('s3: an object that is held in memory anyway', () => {
  afterEach(closeServices);

  it('comes whole where it is as small as was said, and flows where it is larger', async () => {
    const emulator = await emulate();
    const { read, write } = driverOn(emulator);
    await write.put({ key: 'k', body: BYTES }, {});
    await write.put({ key: 'empty', body: Buffer.alloc(0) }, {});
    for (const [wholeBytes, whole] of [
      [BYTES.length, true],
      [1000, true],
      [BYTES.length - 1, false],
      [undefined, false],
    ] as const) {
      const { info, body } = await read.get({ key: 'k', wholeBytes }, {});
      expect(body instanceof WholeBody, String(wholeBytes)).to.equal(whole);
      expect(info.size).to.equal(BYTES.length);
      // Who does not know of it reads a stream.
      expect(await buffer(body)).to.deep.equal(BYTES);
    }
    const { body: none } = await read.get({ key: 'empty', wholeBytes: 0 }, {});
    expect(none).to.be.instanceOf(WholeBody);
    expect(await buffer(none)).to.have.length(0);
    const range = { start: 2, end: 5 };
    const { body: part, info } = await read.get({ key: 'k', range, wholeBytes: 4 }, {});
    expect(part instanceof WholeBody && part.bytes).to.deep.equal(BYTES.subarray(2, 6));
    expect(info.size).to.equal(BYTES.length);
  });

  it('is an error of the request, which can be sent again, where it breaks off or is not what it says', async () => {
    const told = (headers: Record<string, string>) => ({
      body: BYTES,
      headers: { etag: '"e"', 'content-length': String(BYTES.length), ...headers },
    });
    const wholeBytes = 1000;
    const get = async (
      headers: Record<string, string>,
      range?: { readonly start: number; readonly end: number },
    ) => {
      const driver = await wrongDriver(() => told(headers), { quirks: { checksums: 'when-supported' } });
      return driver.read.get({ key: 'k', wholeBytes, range }, {});
    };
    const wrong = await errorOf(get({ 'x-amz-checksum-crc32': 'AAAAAA==' }), 'Corrupt');
    expect(wrong.reason).to.include('does not have its checksum');
    const short = await errorOf(get({ 'content-length': '100' }));
    expect(short).to.include({ retryable: true, key: 'k' });
    const other = await errorOf(get({}, { start: 0, end: 3 }), 'Corrupt');
    expect(other.reason).to.include('were asked for');
  });
});
