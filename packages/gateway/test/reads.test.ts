import { buffer } from 'node:stream/consumers';
import type { StoreDriver } from '@store/core';
import { startGateway, type Gateway } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { askGateway, KEYS, type RawAnswer, RawClient, type SignedRequest } from './raw-client.js';

const OTHER = '"00000000000000000000000000000000"';

describe('gateway, read by HTTP', () => {
  let driver: StoreDriver;
  let gateway: Gateway;
  let etag: string;
  let modified: Date;
  beforeEach(async () => {
    driver = memoryDriver();
    ({ etag = '' } = await driver.write.put({ key: 'k', body: Buffer.from('content') }, {}));
    modified = (await driver.read.head({ key: 'k' }, {})).lastModified ?? new Date();
    gateway = await startGateway({ minPartBytes: 0, stores: { demo: driver }, credentials: [KEYS] });
  });
  afterEach(() => gateway.close());

  const ask = (request: SignedRequest, at = gateway): Promise<RawAnswer> => askGateway(at, request);

  it('answers to conditions as RFC 9110 has it', async () => {
    const tag = fc.constantFrom('same', 'W/same', 'bare', OTHER, `W/${OTHER}`, '"a,b"');
    const list = fc.oneof(
      fc.constant('*'),
      fc
        .tuple(fc.array(tag, { minLength: 1, maxLength: 3 }), fc.constantFrom(',', ', ', ' ,\t'))
        .map(([tags, comma]) => tags.join(comma)),
    );
    const seconds = fc.constantFrom(-86_400, -2, 0, 2, 86_400);
    const time = fc.oneof(
      fc.record({ seconds, form: fc.constantFrom('imf', 'asctime', 'rfc850') }),
      fc.constant('yesterday'),
    );
    const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
      fc.option(value, { nil: undefined, freq: 2 });
    const conditions = fc.record({
      'if-match': optional(list),
      'if-none-match': optional(list),
      'if-modified-since': optional(time),
      'if-unmodified-since': optional(time),
    });
    const written = (value: string): string =>
      value.replaceAll('same', etag).replaceAll('bare', etag.replaceAll('"', ''));
    await fc.assert(
      fc.asyncProperty(conditions, fc.constantFrom('GET', 'HEAD'), async (given, method) => {
        const headers: Record<string, string> = {};
        for (const [name, value] of Object.entries(given)) {
          if (value === undefined) continue;
          headers[name] = typeof value === 'string' ? written(value) : dateOf(modified, value);
        }
        const expected = byTheBook(given);
        const answer = await ask({ method, path: '/demo/k', headers });
        expect(answer.status, JSON.stringify(headers)).to.equal(expected);
        if (expected === 412) return;
        expect(answer.headers.get('etag')).to.equal(etag);
        if (expected === 304) expect(answer.headers.has('content-type')).to.equal(false);
      }),
      { numRuns: 300 },
    );
  });

  it('reads a range, whatever is written meanwhile', async () => {
    const bodies = ['first', 'the second one', '3'].map((text) => Buffer.from(text.repeat(50)));
    let writes = 0;
    const overwrite = async (): Promise<void> => {
      const body = bodies[writes++ % bodies.length] ?? Buffer.alloc(0);
      await driver.write.put({ key: 'k', body }, {});
    };
    await overwrite();
    const restless: StoreDriver = {
      ...driver,
      read: {
        head: async (request, call) => {
          const info = await driver.read.head(request, call);
          await overwrite();
          return info;
        },
        get: driver.read.get,
      },
    };
    await using other = await startGateway({
      minPartBytes: 0,
      stores: { demo: restless },
      credentials: [KEYS],
    });
    const future = new Date(Date.now() + 86_400_000).toUTCString();
    for (const headers of [
      { range: 'bytes=-7' },
      { range: 'bytes=3-9' },
      { range: 'bytes=3-9', 'if-unmodified-since': future },
      { 'if-none-match': `${OTHER}, "x"` },
    ]) {
      const answer = await ask({ method: 'GET', path: '/demo/k', headers: { ...headers } }, other);
      expect(answer.status, JSON.stringify(headers)).to.equal('range' in headers ? 206 : 200);
      const [, start, end, size] =
        /^bytes (\d+)-(\d+)\/(\d+)$/.exec(answer.headers.get('content-range') ?? '') ?? [];
      const read = bodies.map((body) =>
        size === undefined || Number(size) !== body.length
          ? body.toString()
          : body.subarray(Number(start), Number(end) + 1).toString(),
      );
      expect(read).to.include(answer.body);
    }
  });

  it('reads a range only of what the client has already', async () => {
    const range = { range: 'bytes=1-2' };
    const time = modified.toUTCString();
    for (const [status, ifRange] of [
      [206, etag],
      [206, time],
      [200, OTHER],
      [200, `W/${etag}`],
      [200, new Date(modified.getTime() + 5000).toUTCString()],
      [200, `${etag}, ${OTHER}`],
    ] as const) {
      const answer = await ask({
        method: 'GET',
        path: '/demo/k',
        headers: { ...range, 'if-range': ifRange },
      });
      expect(answer.status, ifRange).to.equal(status);
      expect(answer.body).to.equal(status === 206 ? 'on' : 'content');
    }
    const head = await ask({ method: 'HEAD', path: '/demo/k', headers: range });
    expect(head).to.include({ status: 206 });
    expect(head.headers.get('content-range')).to.equal('bytes 1-2/7');
    expect(head.headers.get('content-length')).to.equal('2');
  });

  it('reads the part that an object is, and says where it cannot', async () => {
    const part = (partNumber: string, key = 'k', headers = {}): Promise<RawAnswer> =>
      ask({ method: 'GET', path: `/demo/${key}`, query: { partNumber }, headers });
    const first = await part('1');
    expect(first).to.include({ status: 206, body: 'content' });
    expect(first.headers.get('content-range')).to.equal('bytes 0-6/7');
    expect(await part('2')).to.include({ status: 416, code: 'InvalidPartNumber' });
    for (const wrong of ['0', '10001', '1e3', '', '-1', ' 1']) {
      expect(await part(wrong), wrong).to.include({ status: 400, code: 'InvalidArgument' });
    }
    expect(await part('1', 'k', { range: 'bytes=0-1' })).to.include({ status: 400, code: 'InvalidRequest' });
    const { multipart } = driver;
    const uploadId = (await multipart?.create({ key: 'joined' }, {})) ?? '';
    const parts = [];
    for (const partNumber of [1, 2]) {
      const sent = await multipart?.part({ key: 'joined', uploadId, partNumber, body: Buffer.from('x') }, {});
      parts.push({ partNumber, etag: sent ?? '' });
    }
    await multipart?.complete({ key: 'joined', uploadId, parts }, {});
    const refused = await part('1', 'joined');
    expect(refused).to.include({ status: 501, code: 'NotImplemented' });
    expect(refused.body).to.contain('partNumber');
  });

  it('gives an encoding back as it was sent', async () => {
    for (const [sent, kept] of [
      ['deflate, gzip', 'deflate, gzip'],
      ['aws-chunked', undefined],
      ['aws-chunked, deflate,gzip', 'deflate,gzip'],
      ['gzip , aws-chunked', 'gzip'],
      ['gzip,aws-chunked,br', 'gzip,br'],
    ] as const) {
      const headers = { 'content-encoding': sent, 'content-length': '0' };
      expect((await ask({ method: 'PUT', path: '/demo/e', headers })).status).to.equal(200);
      const { headers: found } = await ask({ method: 'GET', path: '/demo/e' });
      expect(found.get('content-encoding'), sent).to.equal(kept);
    }
    await buffer((await driver.read.get({ key: 'e' }, {})).body);
  });

  it('says how many tags an object has', async () => {
    await driver.write.put({ key: 't', body: Buffer.alloc(0), tags: { a: '1', b: '2' } }, {});
    for (const [key, count] of [
      ['t', '2'],
      ['k', undefined],
    ] as const) {
      const { headers } = await ask({ method: 'HEAD', path: `/demo/${key}` });
      expect(headers.get('x-amz-tagging-count')).to.equal(count);
    }
  });

  it('says what to do to whoever signs in the old way', async () => {
    const old = new RawClient(gateway.url);
    old.send(
      'GET /demo/k?AWSAccessKeyId=GATEWAY&Expires=4000000000&Signature=abc%3D HTTP/1.1\r\nHost: g\r\n\r\n',
    );
    const byQuery = await old.answer();
    old.destroy();
    expect(byQuery).to.include({ status: 400, code: 'InvalidRequest' });
    expect(byQuery.body).to.contain('AWS4-HMAC-SHA256').and.to.contain('s3v4');
    const header = new RawClient(gateway.url);
    header.send('GET /demo/k HTTP/1.1\r\nHost: g\r\nAuthorization: AWS GATEWAY:abc=\r\n\r\n');
    expect(await header.answer()).to.include({ status: 400, code: 'InvalidRequest' });
    header.destroy();
  });
});

type Given = Readonly<Record<'if-match' | 'if-none-match', string | undefined>> &
  Readonly<Record<'if-modified-since' | 'if-unmodified-since', Time | undefined>>;
type Time = string | { readonly seconds: number; readonly form: string };

/** RFC 9110, 13.2.2, for an object that is there; a bare ETag is taken for a quoted one, as by S3. */
function byTheBook(given: Given): number {
  const later = (time: Time | undefined): boolean | undefined =>
    time === undefined || typeof time === 'string' ? undefined : time.seconds < 0;
  const names = (header: string): string[] => header.split(/[,\s]+/);
  const match = given['if-match'];
  if (match !== undefined) {
    // 13.1.1: the strong comparison.
    if (match !== '*' && !names(match).some((name) => name === 'same' || name === 'bare')) return 412;
  } else if (later(given['if-unmodified-since']) === true) {
    return 412;
  }
  const noneMatch = given['if-none-match'];
  if (noneMatch !== undefined) {
    // 13.1.2: the weak comparison.
    return noneMatch === '*' || names(noneMatch).some((name) => /^(W\/)?same$|^bare$/.test(name)) ? 304 : 200;
  }
  return later(given['if-modified-since']) === false ? 304 : 200;
}

/** The three forms of RFC 9110, 5.6.7. */
function dateOf(base: Date, { seconds, form }: Exclude<Time, string>): string {
  const date = new Date(Math.floor(base.getTime() / 1000) * 1000 + seconds * 1000);
  const [day = '', number = '', month = '', year = '', time = ''] = date
    .toUTCString()
    .replace(',', '')
    .split(' ');
  if (form === 'imf') return date.toUTCString();
  if (form === 'asctime') return `${day} ${month} ${String(Number(number)).padStart(2)} ${time} ${year}`;
  const long = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'][
    date.getUTCDay()
  ];
  return `${long}, ${number}-${month}-${year.slice(2)} ${time} GMT`;
}
