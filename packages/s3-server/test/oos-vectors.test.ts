import { expect } from 'chai';
import { describe, it } from 'mocha';
import { sha256, verifySigV4 } from '#src/auth/sigv4.js';
import type { Incoming } from '#src/http/incoming.js';
import { Query } from '#src/http/query.js';

const ID = '2a948fd3f00ba0925806';
const CREDENTIALS = [{ accessKeyId: ID, secretAccessKey: 'ef2017c2e5ffa0b1761717ecbca021da16501384' }];
const SCOPE = '20190220/cn/s3/aws4_request';

function verify(
  date: string,
  request: Pick<Incoming, 'method' | 'rawPath' | 'rawQuery'>,
  headers: object,
): void {
  const [, h = '', m = '', s = ''] = /T(\d\d)(\d\d)(\d\d)Z/.exec(date) ?? [];
  const now = (): number => Date.UTC(2019, 1, 20, Number(h), Number(m), Number(s));
  const incoming = {
    ...request,
    query: Query.parse(request.rawQuery),
    headers: new Map<string, string>(Object.entries(headers)),
    body: Buffer.alloc(0),
    receivedAt: 0,
  };
  verifySigV4(incoming, { credentials: CREDENTIALS, region: 'cn', service: 's3', now });
}

function signedHeaders(
  date: string,
  headers: Record<string, string>,
  body: string,
  signature: string,
): object {
  const all: Record<string, string> = {
    ...headers,
    'x-amz-content-sha256': sha256(body),
    'x-amz-date': date,
  };
  const names = Object.keys(all).sort().join(';');
  const authorization = `AWS4-HMAC-SHA256 Credential=${ID}/${SCOPE}, SignedHeaders=${names}, Signature=${signature}`;
  return { ...all, authorization };
}

// The examples of the OOS developer's guide, version 6.
describe('emulator: signature version 4 as OOS documents it', () => {
  const host = 'examplebucket.oos-cn.ctyunapi.cn';

  it('takes the example of a GET with a range', () => {
    const date = '20190220T060724Z';
    const signature = 'be3f55b78165716c51ce37f588048f858fc27f7449d8fe74f887d999e5fc9193';
    const headers = signedHeaders(date, { host, range: 'bytes=0-9' }, '', signature);
    verify(date, { method: 'GET', rawPath: '/test.txt', rawQuery: '' }, headers);
    const other = { method: 'GET', rawPath: '/test2.txt', rawQuery: '' };
    expect(() => verify(date, other, headers)).to.throw(/signature/);
  });

  it('takes the example of a PUT', () => {
    const date = '20190220T070722Z';
    const signature = '29407b3d2010ab3f86e313302a4d952d8ac0070364cd91ba3b113258a4d36b9b';
    const headers = { host: 'oos-cn.ctyunapi.cn', 'content-length': '12', 'x-amz-storage-class': 'STANDARD' };
    const request = { method: 'PUT', rawPath: '/examplebucket/test.txt', rawQuery: '' };
    verify(date, request, signedHeaders(date, headers, 'hello world!', signature));
    const wrong = signedHeaders(date, headers, 'hello there!', signature);
    expect(() => verify(date, request, wrong)).to.throw(/signature/);
  });

  it('takes the example of a listing', () => {
    const date = '20190220T085955Z';
    const signature = 'ce5ef3764d4a34b4e3c81d37b9a310432e5c4bf8bb4722c14877adba882fc559';
    const headers = signedHeaders(date, { host }, '', signature);
    verify(date, { method: 'GET', rawPath: '/', rawQuery: 'max-keys=2&prefix=t' }, headers);
    const other = { method: 'GET', rawPath: '/', rawQuery: 'max-keys=2&prefix=' };
    expect(() => verify(date, other, headers)).to.throw(/signature/);
  });

  it('takes the example of a presigned URL', () => {
    const signature = 'f566134de06fb3daa22b9649baf82d15d6aa575e146b6ba9aff13a2bde63a1ec';
    const query = (seconds: number): string =>
      `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(`${ID}/${SCOPE}`)}` +
      `&X-Amz-Date=20190220T095256Z&X-Amz-Expires=${seconds}&X-Amz-SignedHeaders=host&X-Amz-Signature=${signature}`;
    const request = { method: 'GET', rawPath: '/examplebucket/test.txt' };
    const headers = { host: 'oos-cn.ctyunapi.cn' };
    verify('20190220T095256Z', { ...request, rawQuery: query(604_800) }, headers);
    const longer = { ...request, rawQuery: query(604_799) };
    expect(() => verify('20190220T095256Z', longer, headers)).to.throw(/signature/);
  });
});
