import { createHash } from 'node:crypto';
import type { Gateway } from '@store/gateway';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { crcBytes, crcOf } from './crc-of.js';
import { GatewayOverBoth } from './gateway-over-both.js';
import { askGateway, KEYS, type RawAnswer } from './raw-client.js';

const PARTS = ['12345', '6789'];
const WHOLE = PARTS.join('');
const COMPOSITE = crcOf(Buffer.concat(PARTS.map(crcBytes)));
const shaOf = (data: string): string => createHash('sha256').update(data).digest('base64');

interface Part {
  readonly partNumber: number;
  readonly etag: string;
  readonly elements?: string;
}

describe('gateway, the ends of uploads that were begun with a checksum', () => {
  let both: GatewayOverBoth;
  let gateway: Gateway;
  beforeEach(async () => {
    both = await GatewayOverBoth.start('directory', [KEYS]);
    ({ gateway } = both);
  });
  afterEach(() => both[Symbol.asyncDispose]());

  for (const bucket of ['directory', 'memory']) {
    const path = `/${bucket}/k`;
    const begin = async (headers: Record<string, string>): Promise<string> => {
      const { body } = await askGateway(gateway, { method: 'POST', path, query: { uploads: '' }, headers });
      return /<UploadId>(.*)<\/UploadId>/.exec(body)?.[1] ?? '';
    };
    const begun = (type: 'FULL_OBJECT' | 'COMPOSITE') =>
      begin({ 'x-amz-checksum-algorithm': 'CRC32', 'x-amz-checksum-type': type });
    const send = async (uploadId: string, partNumber: number, body: string): Promise<Part> => {
      const query = { uploadId, partNumber: String(partNumber) };
      const { headers } = await askGateway(gateway, { method: 'PUT', path, query }, body);
      return { partNumber, etag: headers.get('etag') ?? '' };
    };
    const sent = (uploadId: string) => Promise.all(PARTS.map((body, i) => send(uploadId, i + 1, body)));
    const end = (
      uploadId: string,
      parts: readonly Part[],
      headers: Record<string, string> = {},
    ): Promise<RawAnswer> => {
      const listed = parts.map(
        ({ partNumber, etag, elements = '' }) =>
          `<Part><PartNumber>${partNumber}</PartNumber><ETag>${etag}</ETag>${elements}</Part>`,
      );
      const document = `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`;
      return askGateway(gateway, { method: 'POST', path, query: { uploadId }, headers }, document);
    };
    const refused = async (answer: Promise<RawAnswer>, status: number, code: string): Promise<RawAnswer> => {
      const { status: was, code: said, body } = await answer;
      expect([was, said], body).to.deep.equal([status, code]);
      expect((await askGateway(gateway, { method: 'GET', path })).status).to.equal(404);
      return answer;
    };

    it(`have the type of checksum that was announced (${bucket})`, async () => {
      const whole = await begun('FULL_OBJECT');
      const parts = await sent(whole);
      const crc = (value: string, type?: string) => ({
        'x-amz-checksum-crc32': value,
        ...(type === undefined ? {} : { 'x-amz-checksum-type': type }),
      });
      for (const headers of [
        { 'x-amz-checksum-type': 'COMPOSITE' },
        crc(COMPOSITE, 'COMPOSITE'),
        crc(`${COMPOSITE}-2`),
        crc(`${crcOf(WHOLE)}-2`),
      ])
        await refused(end(whole, parts, headers), 400, 'BadDigest');
      expect((await end(whole, parts, crc(crcOf(WHOLE), 'FULL_OBJECT'))).status).to.equal(200);
      await askGateway(gateway, { method: 'DELETE', path });
      const composite = await begun('COMPOSITE');
      const others = await sent(composite);
      for (const headers of [
        { 'x-amz-checksum-type': 'FULL_OBJECT' },
        crc(crcOf(WHOLE), 'FULL_OBJECT'),
        crc(`${COMPOSITE}-3`),
      ])
        await refused(end(composite, others, headers), 400, 'BadDigest');
      expect((await end(composite, others, crc(`${COMPOSITE}-2`))).status).to.equal(200);
    });

    it(`forget no checksum of a part (${bucket})`, async () => {
      const uploadId = await begun('FULL_OBJECT');
      const [first, ...rest] = await sent(uploadId);
      if (!first) throw new Error('there are two');
      for (const name of ['ChecksumSHA512', 'ChecksumMD5', 'ChecksumXXHASH64', 'ChecksumFOO']) {
        const elements = `<${name}>AAAA</${name}>`;
        const parts = [{ ...first, elements }, ...rest];
        expect((await refused(end(uploadId, parts), 501, 'NotImplemented')).body).to.contain(name);
      }
      expect((await end(uploadId, [first, ...rest])).status).to.equal(200);
    });

    it(`say that a part is another one by now (${bucket})`, async () => {
      const uploadId = await begun('FULL_OBJECT');
      const [first, second] = await sent(uploadId);
      if (!first || !second) throw new Error('there are two');
      const again = await send(uploadId, 2, 'OTHER');
      const elements = `<ChecksumCRC32>${crcOf('6789')}</ChecksumCRC32>`;
      for (const stale of [second, { ...second, elements }])
        for (const headers of [{}, { 'x-amz-checksum-crc32': crcOf(WHOLE) }])
          await refused(end(uploadId, [first, stale], headers), 400, 'InvalidPart');
      await refused(end(uploadId, [first, { ...again, elements }]), 400, 'InvalidPart');
      const headers = { 'x-amz-checksum-crc32': crcOf('12345OTHER') };
      expect((await end(uploadId, [first, again], headers)).status).to.equal(200);
    });

    it(`have the checksum also of parts that are copied (${bucket})`, async () => {
      const source = `/${bucket}/source`;
      await askGateway(gateway, { method: 'PUT', path: source }, `--${PARTS[0]}--`);
      const copied = async (uploadId: string) => {
        const query = { uploadId, partNumber: '1' };
        const headers = { 'x-amz-copy-source': source, 'x-amz-copy-source-range': 'bytes=2-6' };
        const { body } = await askGateway(gateway, { method: 'PUT', path, query, headers });
        const etag = /<ETag>&quot;(.*)&quot;<\/ETag>/.exec(body)?.[1] ?? '';
        return { body, part: { partNumber: 1, etag: `"${etag}"` } };
      };
      const uploadId = await begun('FULL_OBJECT');
      const { body, part } = await copied(uploadId);
      expect(body).to.contain(`<ChecksumCRC32>${crcOf('12345')}</ChecksumCRC32>`);
      const parts = [part, await send(uploadId, 2, '6789')];
      const { status, body: ended } = await end(uploadId, parts, { 'x-amz-checksum-crc32': crcOf(WHOLE) });
      expect(status, ended).to.equal(200);
      const headers = { 'x-amz-checksum-mode': 'ENABLED' };
      const got = await askGateway(gateway, { method: 'GET', path, headers });
      expect([got.body, got.headers.get('x-amz-checksum-crc32')]).to.deep.equal([WHOLE, crcOf(WHOLE)]);
      const hashed = await copied(await begin({ 'x-amz-checksum-algorithm': 'SHA256' }));
      expect(hashed.body).to.contain(`<ChecksumSHA256>${shaOf('12345')}</ChecksumSHA256>`);
      // Nobody asked for one.
      expect((await copied(await begin({}))).body).to.not.contain('Checksum');
    });
  }
});
