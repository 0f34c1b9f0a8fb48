import { buffer } from 'node:stream/consumers';
import type { StoreDriver } from '@store/core';
import { startGateway, type Gateway } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { crcOf } from './crc-of.js';
import {
  askGateway,
  exchange,
  KEYS,
  presign,
  type RawAnswer,
  RawClient,
  signed,
  type SignedRequest,
} from './raw-client.js';

const OTHER = '"00000000000000000000000000000000"';

describe('gateway, with requests that ask for more than the plain thing', () => {
  let driver: StoreDriver;
  let gateway: Gateway;
  let etag: string;
  beforeEach(async () => {
    driver = memoryDriver({ versioning: 'enabled' });
    ({ etag = '' } = await driver.write.put({ key: 'k', body: Buffer.from('content') }, {}));
    gateway = await startGateway({ minPartBytes: 0, stores: { demo: driver }, credentials: [KEYS] });
  });
  afterEach(() => gateway.close());

  const ask = (request: SignedRequest, body?: string): Promise<RawAnswer> =>
    askGateway(gateway, request, body);
  const presigned = (request: SignedRequest, body = ''): Promise<RawAnswer> =>
    exchange(gateway.url, presign(request, { 'content-length': String(Buffer.byteLength(body)) }), body);
  const contentOf = async (key: string): Promise<string> =>
    (await buffer((await driver.read.get({ key }, {})).body)).toString();
  const keys = async (): Promise<string[]> =>
    (await driver.list.page({ prefix: '', maxKeys: 100 }, {})).objects.map(({ key }) => key);

  it('reads on conditions in all forms that HTTP has for them', async () => {
    const past = new Date(Date.now() - 86_400_000).toUTCString();
    const future = new Date(Date.now() + 86_400_000).toUTCString();
    const expected: readonly (readonly [status: number, headers: Record<string, string>])[] = [
      [200, { 'if-match': etag }],
      [200, { 'if-match': etag.replaceAll('"', '') }],
      [200, { 'if-match': '*' }],
      [200, { 'if-match': `${OTHER}, ${etag}` }],
      [412, { 'if-match': OTHER }],
      [412, { 'if-match': `${OTHER}, "x"` }],
      [412, { 'if-match': '' }],
      [304, { 'if-none-match': etag }],
      [304, { 'if-none-match': `W/${etag}` }],
      [304, { 'if-none-match': '*' }],
      [304, { 'if-none-match': `${OTHER},${etag}` }],
      [200, { 'if-none-match': OTHER }],
      [200, { 'if-modified-since': past }],
      [304, { 'if-modified-since': future }],
      [412, { 'if-unmodified-since': past }],
      [200, { 'if-unmodified-since': future }],
      // An ETag is worth more than a time.
      [200, { 'if-match': etag, 'if-unmodified-since': past }],
      [200, { 'if-none-match': OTHER, 'if-modified-since': future }],
      [200, { 'if-modified-since': 'no date' }],
    ];
    for (const [status, headers] of expected) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await ask({ method, path: '/demo/k', headers });
        expect(answer.status, `${method} ${JSON.stringify(headers)}`).to.equal(status);
      }
    }
    for (const header of ['if-match', 'if-none-match']) {
      const missing = await ask({ method: 'GET', path: '/demo/none', headers: { [header]: '*' } });
      expect(missing.status).to.equal(404);
    }
  });

  it('copies on conditions, or not at all', async () => {
    const source = { 'x-amz-copy-source': '/demo/k' };
    const past = new Date(Date.now() - 86_400_000).toUTCString();
    const refused: readonly (readonly [status: number, headers: Record<string, string>])[] = [
      [412, { 'x-amz-copy-source-if-match': OTHER }],
      [412, { 'x-amz-copy-source-if-none-match': etag }],
      [412, { 'x-amz-copy-source-if-unmodified-since': past }],
      [404, { 'if-match': etag }],
      [400, { 'x-amz-metadata-directive': 'replace' }],
      [403, { 'x-amz-source-expected-bucket-owner': '222233334444' }],
      [404, { 'if-match': '*' }],
    ];
    const copy = (headers: Record<string, string>): Promise<RawAnswer> =>
      ask({ method: 'PUT', path: '/demo/copy', headers: { ...source, ...headers } });
    for (const [status, headers] of refused) {
      expect((await copy(headers)).status, JSON.stringify(headers)).to.equal(status);
    }
    expect(await keys()).to.deep.equal(['k']);
    expect((await copy({ 'x-amz-copy-source-if-match': etag, 'if-none-match': '*' })).status).to.equal(200);
    expect((await copy({ 'if-none-match': '*' })).status).to.equal(412);
    expect((await copy({ 'if-match': OTHER })).status).to.equal(412);
    expect((await copy({ 'if-match': etag.replaceAll('"', '') })).status).to.equal(200);
  });

  it('writes on conditions that S3 has not, bound to what was seen', async () => {
    const put = async (key: string, headers: Record<string, string>, body = 'new'): Promise<number> =>
      (await ask({ method: 'PUT', path: `/demo/${key}`, headers }, body)).status;
    expect(await put('none', { 'if-match': '*' })).to.equal(404);
    expect(await put('none', { 'if-match': `${OTHER}, ${etag}` })).to.equal(404);
    expect(await put('k', { 'if-none-match': etag })).to.equal(412);
    expect(await put('k', { 'if-none-match': `${OTHER}, ${etag}` })).to.equal(412);
    expect(await put('k', { 'if-match': `${OTHER}, "x"` })).to.equal(412);
    expect(await put('k', { 'if-match': `W/${etag}` })).to.equal(412);
    expect(await keys()).to.deep.equal(['k']);
    expect((await ask({ method: 'GET', path: '/demo/k' })).headers.get('etag')).to.equal(etag);
    expect(await put('k', { 'if-match': `${OTHER}, ${etag}` }, 'one')).to.equal(200);
    expect(await put('k', { 'if-match': '*' }, 'two')).to.equal(200);
    expect(await put('k', { 'if-none-match': OTHER }, 'three')).to.equal(200);
    expect(await put('fresh', { 'if-none-match': OTHER })).to.equal(200);
    expect((await ask({ method: 'GET', path: '/demo/k' })).body).to.equal('three');
  });

  it('writes nothing of which it would forget what was asked', async () => {
    for (const headers of [
      { 'x-amz-server-side-encryption-customer-algorithm': 'AES256' },
      { 'x-amz-server-side-encryption': 'aws:kms' },
      { 'x-amz-object-lock-mode': 'GOVERNANCE' },
      { 'x-amz-acl': 'public-read' },
      { 'x-amz-grant-read': 'id=1' },
      { 'x-amz-website-redirect-location': '/other' },
      { 'x-amz-write-offset-bytes': '7' },
      { 'if-unmodified-since': 'Wed, 01 Jan 2020 00:00:00 GMT' },
      { 'content-range': 'bytes 0-3/7' },
      // S3 keeps any text.
      { expires: 'never' },
      { 'x-amz-of-tomorrow': '1' },
    ]) {
      const answer = await ask({ method: 'PUT', path: '/demo/k', headers: { ...headers } }, 'other');
      expect(answer, JSON.stringify(headers)).to.include({ status: 501, code: 'NotImplemented' });
      for (const name of Object.keys(headers)) expect(answer.body).to.contain(`<Header>${name}</Header>`);
    }
    for (const name of ['renameObject', 'annotation', 'of-tomorrow', 'versionId', 'uploads', 'partNumber']) {
      const answer = await ask({ method: 'PUT', path: '/demo/k', query: { [name]: '' } }, 'other');
      expect(answer, name).to.include({ status: 501, code: 'NotImplemented' });
      expect(answer.body).to.contain(name);
    }
    expect(await contentOf('k')).to.equal('content');
    // s3fs sends the directive of a copy with every write.
    for (const headers of [{ 'x-amz-acl': 'private' }, { 'x-amz-metadata-directive': 'REPLACE' }])
      expect((await ask({ method: 'PUT', path: '/demo/k', headers }, 'other')).status).to.equal(200);
  });

  it('takes headers that stand in the query of a presigned URL, as S3 does', async () => {
    const url = (query: Record<string, string>): SignedRequest => ({ method: 'PUT', path: '/demo/p', query });
    const put = await presigned(
      url({ 'X-Amz-Meta-Name': 'é', 'x-amz-tagging': 'a=1', 'x-amz-acl': 'private' }),
      'x',
    );
    expect(put.status, put.body).to.equal(200);
    expect((await driver.read.head({ key: 'p' }, {})).metadata).to.deep.equal({ name: 'é' });
    expect(await driver.tags?.get({ key: 'p' }, {})).to.deep.equal({ a: '1' });
    expect((await presigned(url({ 'x-amz-copy-source': '/demo/k' }))).status).to.equal(200);
    expect(await contentOf('p')).to.equal('content');
    expect(await presigned(url({ 'x-amz-acl': 'public-read' }), 'x')).to.include({ status: 501 });
    expect(await presigned(url({ 'x-amz-meta-a': 'a\nb' }), 'x')).to.include({ status: 400 });
    const other = { 'x-amz-acl': 'public-read' };
    expect(await presigned({ ...url({ 'x-amz-acl': 'private' }), headers: other })).to.include({
      status: 400,
    });
    expect(await contentOf('p')).to.equal('content');
  });

  it('deletes nothing on account of a version or a condition that it does not understand', async () => {
    const emptied = [
      await ask({ method: 'DELETE', path: '/demo/k', query: { versionId: '' } }),
      await ask({ method: 'DELETE', path: '/demo/k', headers: { 'x-amz-if-match-size': '9' } }),
      await ask({
        method: 'DELETE',
        path: '/demo/k',
        headers: { 'x-amz-if-match-last-modified-time': 'Wed, 01 Jan 2020 00:00:00 GMT' },
      }),
    ];
    expect(emptied.map(({ status }) => status)).to.deep.equal([400, 412, 501]);
    const never = { 'if-match': `${OTHER}, "x"` };
    expect((await ask({ method: 'DELETE', path: '/demo/k', headers: never })).status).to.equal(412);
    for (const condition of [
      '<VersionId/>',
      '<VersionId></VersionId>',
      '<ETag/>',
      `<ETag>${OTHER}</ETag>`,
      '<Size>9</Size>',
      '<LastModifiedTime>Wed, 01 Jan 2020 00:00:00 GMT</LastModifiedTime>',
    ]) {
      const body = `<Delete><Object><Key>k</Key>${condition}</Object></Delete>`;
      const headers = { 'x-amz-checksum-crc32': crcOf(body) };
      const answer = await ask({ method: 'POST', path: '/demo', query: { delete: '' }, headers }, body);
      const refused = answer.status === 200 ? /<Error>.*<Code>PreconditionFailed</.test(answer.body) : true;
      expect([200, 400, 501], condition).to.include(answer.status);
      expect(refused, answer.body).to.equal(true);
    }
    expect(await keys()).to.deep.equal(['k']);
  });

  it('deletes on conditions that hold, however they are written', async () => {
    const bare = etag.replaceAll('"', '');
    for (const condition of [etag, bare, '*']) {
      const body = `<Delete><Object><Key>k</Key><ETag>${condition}</ETag></Object><Object><Key>none</Key><ETag>*</ETag></Object></Delete>`;
      const headers = { 'x-amz-checksum-crc32': crcOf(body) };
      const answer = await ask({ method: 'POST', path: '/demo', query: { delete: '' }, headers }, body);
      expect(answer.body).to.contain('<Deleted><Key>k</Key>');
      expect(answer.body).to.contain('<Error><Key>none</Key><Code>PreconditionFailed</Code>');
      expect(await keys()).to.deep.equal([]);
      await driver.write.put({ key: 'k', body: Buffer.from('content') }, {});
    }
    for (const ifMatch of [etag, bare, '*', `${OTHER}, ${etag}`]) {
      const answer = await ask({ method: 'DELETE', path: '/demo/k', headers: { 'if-match': ifMatch } });
      expect(answer.status, ifMatch).to.equal(204);
      expect(await keys()).to.deep.equal([]);
      await driver.write.put({ key: 'k', body: Buffer.from('content') }, {});
    }
  });

  it('takes ranges as HTTP has them', async () => {
    const expected: readonly (readonly [range: string, status: number, body: string])[] = [
      ['bytes=0-0', 206, 'c'],
      ['bytes=4-', 206, 'ent'],
      ['bytes=-3', 206, 'ent'],
      ['bytes=-300', 206, 'content'],
      ['bytes=0-300', 206, 'content'],
      ['bytes=0-99999999999999999999999999', 206, 'content'],
      ['bytes=-0', 416, ''],
      ['bytes=7-', 416, ''],
      ['bytes=99999999999999999999999999-', 416, ''],
      // What is no range is none.
      ['bytes=5-3', 200, 'content'],
      ['bytes=--3', 200, 'content'],
      ['bytes=a-b', 200, 'content'],
      ['bytes=0-1,3-4', 200, 'content'],
      ['lines=0-1', 200, 'content'],
      ['bytes=-', 200, 'content'],
    ];
    for (const [range, status, body] of expected) {
      const answer = await ask({ method: 'GET', path: '/demo/k', headers: { range } });
      expect(answer.status, range).to.equal(status);
      if (status !== 416) expect(answer.body, range).to.equal(body);
    }
  });

  it('gives the headers that a query asks for, and no other', async () => {
    const query = {
      'response-content-type': 'text/x',
      'response-content-disposition': 'attachment; filename="a\r\nx-evil: 1"',
      'response-x-evil': '1',
    };
    const { headers } = await ask({ method: 'GET', path: '/demo/k', query });
    expect(headers.get('content-type')).to.equal('text/x');
    expect(headers.get('content-disposition')).to.equal('attachment; filename="a  x-evil: 1"');
    expect([...headers.keys()].filter((name) => name.includes('evil'))).to.deep.equal([]);
  });

  it('takes a signature for one service, by one mechanism', async () => {
    const { head } = signed({ method: 'GET', path: '/demo/k' });
    const both = head.replace(' HTTP/1.1', '?X-Amz-Algorithm=AWS4-HMAC-SHA256 HTTP/1.1');
    const client = new RawClient(gateway.url);
    client.send(both);
    expect(await client.answer()).to.include({ status: 400, code: 'InvalidArgument' });
    client.destroy();
    const other = new RawClient(gateway.url);
    other.send(head.replaceAll('/s3/aws4_request', '/iam/aws4_request'));
    expect(await other.answer()).to.include({ status: 400, code: 'AuthorizationHeaderMalformed' });
    other.destroy();
  });
});
