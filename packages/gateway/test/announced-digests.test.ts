import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { besieged } from './besieged.js';
import { inChunks, type ChunkForm } from './chunked-body.js';
import { exchange, type RawAnswer } from './raw-client.js';

const BODY = 'content';
const CRC = Buffer.alloc(4);
CRC.writeUInt32BE(crc32(BODY));
const RIGHT = CRC.toString('base64');

describe('gateway, checksums that a write announces', () => {
  const { start, ask, keysOf } = besieged();

  it('are refused where they do not come, or are none', async () => {
    const driver = memoryDriver();
    const gateway = await start(driver);
    const put = (headers: Record<string, string>): Promise<RawAnswer> =>
      ask(gateway, { method: 'PUT', path: '/demo/k', headers }, BODY);
    for (const headers of [
      { 'x-amz-trailer': 'x-amz-checksum-crc32' },
      { 'x-amz-trailer': 'x-amz-checksum-crc32', 'x-amz-checksum-crc32': RIGHT },
      { 'x-amz-checksum-algorithm': 'JUNK' },
      { 'x-amz-checksum-algorithm': 'CRC32' },
      { 'x-amz-checksum-algorithm': 'SHA256', 'x-amz-checksum-crc32': RIGHT },
      { 'x-amz-sdk-checksum-algorithm': 'JUNK' },
      { 'x-amz-sdk-checksum-algorithm': 'CRC32' },
      { 'x-amz-checksum-crc32': RIGHT, 'x-amz-checksum-type': 'COMPOSITE' },
    ])
      expect(await put(headers), JSON.stringify(headers)).to.include({ status: 400, code: 'InvalidRequest' });
    expect(await keysOf(driver)).to.deep.equal([]);
    for (const name of ['x-amz-checksum-algorithm', 'x-amz-sdk-checksum-algorithm'])
      expect((await put({ [name]: 'CRC32', 'x-amz-checksum-crc32': RIGHT })).status, name).to.equal(200);
  });

  it('are all that may come behind a body', async () => {
    const driver = memoryDriver();
    const gateway = await start(driver);
    const put = (
      form: ChunkForm,
      trailer: readonly [string, string],
      headers: Record<string, string> = {},
    ) => {
      const sent = inChunks(form, { method: 'PUT', path: '/demo/k', headers }, Buffer.from(BODY), trailer);
      return exchange(gateway.url, sent.head, sent.body);
    };
    const unsigned = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
    const refused = { status: 400, code: 'InvalidRequest' };
    const md5 = createHash('md5').update(BODY).digest('base64');
    for (const [name, value] of [
      ['x-amz-meta-by', 'me'],
      ['content-md5', md5],
      ['x-amz-checksum-type', 'FULL_OBJECT'],
      ['x-amz-checksum-crc99', RIGHT],
    ] as const)
      for (const form of [unsigned, 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER'] as const)
        expect(await put(form, [name, value]), name).to.include(refused);
    const none = { 'x-amz-trailer': 'x-amz-checksum-crc32' };
    expect(await put('STREAMING-AWS4-HMAC-SHA256-PAYLOAD', ['', ''], none)).to.include(refused);
    expect(await keysOf(driver)).to.deep.equal([]);
    expect((await put(unsigned, ['x-amz-checksum-crc32', RIGHT])).status).to.equal(200);
  });
});
