import { createHash } from 'node:crypto';
import type { StoreDriver } from '@store/core';
import type { Gateway } from '@store/gateway';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { crcBytes, crcOf } from './crc-of.js';
import { GatewayOverBoth } from './gateway-over-both.js';
import { askGateway, KEYS, type RawAnswer, type SignedRequest } from './raw-client.js';

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html, reckoned here in another way.

const PARTS = ['12345', '6789'];
const WHOLE = PARTS.join('');
/** Of "123456789": the check value that the catalogue of CRCs names for CRC-64/NVME. */
const CRC64 = Buffer.from('ae8b14860a799888', 'hex').toString('base64');

const shaOf = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
const COMPOSITE_CRC = crcBytes(Buffer.concat(PARTS.map(crcBytes))).toString('base64');
const COMPOSITE_SHA = shaOf(Buffer.concat(PARTS.map(shaOf))).toString('base64');

describe('gateway, checksums of uploads in parts', () => {
  let both: GatewayOverBoth;
  let driver: StoreDriver;
  let gateway: Gateway;
  beforeEach(async () => {
    const team = { accessKeyId: 'TEAM', secretAccessKey: 's', within: ['demo/team/'] };
    both = await GatewayOverBoth.start('demo', [KEYS, team]);
    ({ driver, gateway } = both);
  });
  afterEach(() => both[Symbol.asyncDispose]());

  const ask = (request: SignedRequest, body?: string): Promise<RawAnswer> =>
    askGateway(gateway, request, body);
  const begun = async (path: string): Promise<string> => {
    const { body } = await ask({ method: 'POST', path, query: { uploads: '' } });
    return /<UploadId>(.*)<\/UploadId>/.exec(body)?.[1] ?? '';
  };
  const completing = async (
    headers: Record<string, string>,
    {
      elements = ['', ''],
      path = '/demo/k',
      sums = [],
    }: { elements?: readonly string[]; path?: string; sums?: readonly Record<string, string>[] } = {},
  ): Promise<RawAnswer> => {
    const uploadId = await begun(path);
    const listed: string[] = [];
    for (const [i, part] of PARTS.entries()) {
      const query = { uploadId, partNumber: String(i + 1) };
      const { headers: sent } = await ask({ method: 'PUT', path, query, headers: sums[i] }, part);
      listed.push(
        `<Part><PartNumber>${i + 1}</PartNumber><ETag>${sent.get('etag')}</ETag>${elements[i]}</Part>`,
      );
    }
    const document = `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`;
    return ask({ method: 'POST', path, query: { uploadId }, headers }, document);
  };
  const isThere = async (): Promise<boolean> =>
    driver.read.head({ key: 'k' }, {}).then(
      () => true,
      () => false,
    );

  const right: Readonly<Record<string, Record<string, string>>> = {
    'the CRC32 of all bytes': { 'x-amz-checksum-crc32': crcOf(WHOLE), 'x-amz-checksum-type': 'FULL_OBJECT' },
    'a CRC32 of CRC32s': { 'x-amz-checksum-crc32': COMPOSITE_CRC, 'x-amz-checksum-type': 'COMPOSITE' },
    'a CRC32 of CRC32s, and of how many': { 'x-amz-checksum-crc32': `${COMPOSITE_CRC}-2` },
    'a CRC32 of either': { 'x-amz-checksum-crc32': crcOf(WHOLE) },
    'the CRC64NVME': { 'x-amz-checksum-crc64nvme': CRC64 },
    'a SHA-256 of SHA-256s': { 'x-amz-checksum-sha256': `${COMPOSITE_SHA}-2` },
    'its size': { 'x-amz-mp-object-size': '9' },
  };
  for (const [what, headers] of Object.entries(right)) {
    it(`takes what ${what} says`, async () => {
      const answer = await completing(headers);
      expect(answer.status, answer.body).to.equal(200);
      const said = Object.values(headers).filter((value) => value.length > 4 && value !== 'FULL_OBJECT');
      for (const value of said) expect(answer.body).to.contain(value.replace(/-2$/, ''));
      expect((await ask({ method: 'GET', path: '/demo/k' })).body).to.equal(WHOLE);
    });
  }

  const wrong: Readonly<Record<string, readonly [headers: Record<string, string>, code: string]>> = {
    'another CRC32': [{ 'x-amz-checksum-crc32': crcOf('other') }, 'BadDigest'],
    'a CRC32 of CRC32s for one of all bytes': [
      { 'x-amz-checksum-crc32': COMPOSITE_CRC, 'x-amz-checksum-type': 'FULL_OBJECT' },
      'BadDigest',
    ],
    'a CRC32 of all bytes for one of CRC32s': [
      { 'x-amz-checksum-crc32': crcOf(WHOLE), 'x-amz-checksum-type': 'COMPOSITE' },
      'BadDigest',
    ],
    'another CRC64NVME': [{ 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' }, 'BadDigest'],
    'a SHA-256 of all bytes': [{ 'x-amz-checksum-sha256': shaOf(WHOLE).toString('base64') }, 'BadDigest'],
    'what is no checksum': [{ 'x-amz-checksum-crc32': 'AAAA' }, 'InvalidRequest'],
    'an algorithm that is none': [{ 'x-amz-checksum-crc99': 'AAAAAA==' }, 'InvalidRequest'],
    'a type that is none': [{ 'x-amz-checksum-type': 'HALF' }, 'InvalidRequest'],
    'a type that a CRC64NVME has not': [
      { 'x-amz-checksum-crc64nvme': CRC64, 'x-amz-checksum-type': 'COMPOSITE' },
      'InvalidRequest',
    ],
    'a type that a SHA-256 has not': [
      { 'x-amz-checksum-sha256': COMPOSITE_SHA, 'x-amz-checksum-type': 'FULL_OBJECT' },
      'InvalidRequest',
    ],
    'another size': [{ 'x-amz-mp-object-size': '8' }, 'InvalidRequest'],
  };
  for (const [what, [headers, code]] of Object.entries(wrong)) {
    it(`writes nothing for ${what}`, async () => {
      const answer = await completing(headers);
      expect([answer.status, answer.code], answer.body).to.deep.equal([400, code]);
      expect(await isThere()).to.equal(false);
    });
  }

  it('holds parts against their checksums in the list', async () => {
    const element = (value: string): string => `<ChecksumCRC32>${value}</ChecksumCRC32>`;
    const [first = '', second = ''] = PARTS;
    const swapped = await completing({}, { elements: [element(crcOf(second)), element(crcOf(first))] });
    expect([swapped.status, swapped.code], swapped.body).to.deep.equal([400, 'InvalidPart']);
    expect(await isThere()).to.equal(false);
    const taken = await completing({}, { elements: [element(crcOf(first)), element(crcOf(second))] });
    expect(taken.status, taken.body).to.equal(200);
  });

  it('reckons them from those of the parts where the store joins these itself', async () => {
    const sums = PARTS.map((part) => ({ 'x-amz-checksum-crc32': crcOf(part) }));
    const path = '/memory/k';
    for (const value of [crcOf(WHOLE), COMPOSITE_CRC, `${COMPOSITE_CRC}-2`]) {
      const answer = await completing({ 'x-amz-checksum-crc32': value }, { path, sums });
      expect(answer.status, answer.body).to.equal(200);
      expect(answer.body).to.contain(`<ChecksumCRC32>${value.slice(0, 8)}`);
    }
    const wrong = await completing({ 'x-amz-checksum-crc32': crcOf('other') }, { path, sums });
    expect([wrong.status, wrong.code], wrong.body).to.deep.equal([400, 'BadDigest']);
    const elements = [`<ChecksumCRC32>${crcOf('other')}</ChecksumCRC32>`, ''];
    const part = await completing({}, { path, sums, elements });
    expect([part.status, part.code], part.body).to.deep.equal([400, 'InvalidPart']);
  });

  it('refuses them by name where nobody has seen what they are of', async () => {
    const answer = await completing({ 'x-amz-checksum-crc32': crcOf(WHOLE) }, { path: '/memory/k' });
    expect([answer.status, answer.code]).to.deep.equal([501, 'NotImplemented']);
    expect(answer.body).to.contain('x-amz-checksum-crc32');
    const size = await completing({ 'x-amz-mp-object-size': '8' }, { path: '/memory/k' });
    expect([size.status, size.code]).to.deep.equal([400, 'InvalidRequest']);
    expect((await completing({ 'x-amz-mp-object-size': '9' }, { path: '/memory/k' })).status).to.equal(200);
  });

  it('says the same again to who did not hear how an upload ended', async () => {
    for (const path of ['/demo/k', '/memory/k']) {
      const uploadId = await begun(path);
      const query = { uploadId, partNumber: '1' };
      const { headers } = await ask({ method: 'PUT', path, query }, 'x');
      const document = (etag = headers.get('etag')): string =>
        `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
      const complete = (body: string): Promise<RawAnswer> =>
        ask({ method: 'POST', path, query: { uploadId } }, body);
      const first = await complete(document());
      expect(first.status, path).to.equal(200);
      await ask({ method: 'PUT', path }, 'newer');
      expect((await complete(document())).body, path).to.equal(first.body);
      expect((await ask({ method: 'GET', path })).body, path).to.equal('newer');
      expect((await complete(document('"0"'))).code, path).to.equal('NoSuchUpload');
    }
  });

  it('completes no upload outside of the rights of a key', async () => {
    const uploadId = await begun('/demo/k');
    const { headers } = await ask(
      { method: 'PUT', path: '/demo/k', query: { uploadId, partNumber: '1' } },
      'x',
    );
    const document = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${headers.get('etag')}</ETag></Part></CompleteMultipartUpload>`;
    const team = { accessKeyId: 'TEAM', secretAccessKey: 's' };
    const answer = await ask({ method: 'POST', path: '/demo/k', query: { uploadId }, ...team }, document);
    expect([answer.status, answer.code]).to.deep.equal([403, 'AccessDenied']);
    expect(await isThere()).to.equal(false);
  });

  it('says again what a body was held against, and when parts came', async () => {
    const sum = { 'x-amz-checksum-crc32': crcOf('x') };
    for (const path of ['/demo/k', '/memory/k']) {
      const put = await ask({ method: 'PUT', path, headers: sum }, 'x');
      expect(put.headers.get('x-amz-checksum-crc32'), path).to.equal(crcOf('x'));
      expect(put.headers.get('x-amz-checksum-type'), path).to.equal('FULL_OBJECT');
      const uploadId = await begun(path);
      const part = await ask(
        { method: 'PUT', path, query: { uploadId, partNumber: '1' }, headers: sum },
        'x',
      );
      expect(part.headers.get('x-amz-checksum-crc32'), path).to.equal(crcOf('x'));
      const { body } = await ask({ method: 'GET', path, query: { uploadId } });
      const at = Date.parse(/<LastModified>(.*)<\/LastModified>/.exec(body)?.[1] ?? '');
      expect(Math.abs(Date.now() - at), body).to.be.below(60_000);
    }
  });
});
