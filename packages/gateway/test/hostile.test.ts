import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { StoreDriver } from '@store/core';
import type { GatewayLogEntry } from '@store/gateway';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { besieged, PATIENT } from './besieged.js';
import { sha256, signed, type SignedRequest } from './raw-client.js';

const KIB = 1024;
const MIB = 1024 * KIB;

describe('gateway, with clients that mean it no good and have one', () => {
  const { start, clientOf, filled, keysOf, ask } = besieged();

  const documents: Readonly<Record<string, { readonly request: SignedRequest; readonly maxBytes: number }>> =
    {
      DeleteObjects: {
        request: { method: 'POST', path: '/demo', query: { delete: '' } },
        maxBytes: 2 * MIB,
      },
      CompleteMultipartUpload: {
        request: { method: 'POST', path: '/demo/k', query: { uploadId: 'u' } },
        maxBytes: 4 * MIB,
      },
      PutBucketLifecycle: {
        request: { method: 'PUT', path: '/demo', query: { lifecycle: '' } },
        maxBytes: 4 * MIB,
      },
      PutObjectTagging: {
        request: { method: 'PUT', path: '/demo/k', query: { tagging: '' } },
        maxBytes: 64 * KIB,
      },
      CopyObject: {
        request: { method: 'PUT', path: '/demo/k', headers: { 'x-amz-copy-source': 'demo/k' } },
        maxBytes: 64 * KIB,
      },
      GetObject: { request: { method: 'GET', path: '/demo/k' }, maxBytes: 64 * KIB },
    };

  for (const [operation, { request, maxBytes }] of Object.entries(documents)) {
    it(`refuses a document of ${operation} that is too long before it was sent`, async () => {
      const gateway = await start(await filled('k'));
      const announced = clientOf(gateway);
      const length = { 'content-length': String(maxBytes + 1) };
      announced.send(signed({ ...request, headers: { ...length, ...request.headers } }).head);
      expect(await announced.answer()).to.include({ status: 400, code: 'MaxMessageLengthExceeded' });
      await announced.closed();
      const chunked = clientOf(gateway);
      const encoding = { 'transfer-encoding': 'chunked' };
      chunked.send(signed({ ...request, headers: { ...encoding, ...request.headers } }).head);
      chunked.send(`${(maxBytes + 1).toString(16)}\r\n`);
      chunked.send(Buffer.alloc(maxBytes + 1, ' '));
      expect(await chunked.answer()).to.include({ status: 400, code: 'MaxMessageLengthExceeded' });
      await chunked.closed();
    });
  }

  it('parses no document that is too much, or made to cost', async () => {
    const driver = await filled('k');
    const gateway = await start(driver);
    const size = 2 * MIB - 100;
    const filling = (text: string): string => text.repeat(Math.floor(size / text.length));
    for (const body of [
      `<Delete>${filling('<a/>')}</Delete>`,
      filling('<Delete>'),
      filling('<'),
      `${filling('<a')}/>`,
      `<Delete ${filling('a="" ')}/>`,
      `<Delete ${filling("a='<")}'/>`,
      `<Delete><!--${filling('<')}`,
      `<Delete>${filling('<!---->')}</Delete>`,
      `<Delete>${filling('<![CDATA[')}</Delete>`,
      `<?${filling('?')}`,
      `<!DOCTYPE a [<!ENTITY b "${'c'.repeat(KIB)}">]><Delete>${filling('&b;').slice(0, MIB)}</Delete>`,
      `<Delete>${filling('&#1')}</Delete>`,
    ]) {
      const answer = await ask(
        gateway,
        { method: 'POST', path: '/demo', query: { delete: '' }, headers: { 'content-md5': md5(body) } },
        body,
      );
      expect(answer, body.slice(0, 30)).to.include({ status: 400, code: 'MalformedXML' });
    }
    expect(await keysOf(driver)).to.deep.equal(['k']);
  }).timeout(120_000);

  it('gives up a body that stops coming', async () => {
    const driver = await filled();
    const gateway = await start(driver, { timeouts: { ...PATIENT, idleMs: 50 } });
    const client = clientOf(gateway);
    client.send(signed({ method: 'PUT', path: '/demo/k', headers: { 'content-length': '10' } }).head);
    client.send('12345');
    expect(await client.answer()).to.include({ status: 400, code: 'RequestTimeout' });
    await client.closed();
    expect(await keysOf(driver)).to.deep.equal([]);
  });

  it('holds no more bytes at once than it may, and tells who comes then to slow down', async () => {
    const driver = await filled();
    const gateway = await start(driver, { maxBodyBytes: MIB, maxBytesInFlight: MIB });
    const put = (key: string): SignedRequest => ({ method: 'PUT', path: `/demo/${key}` });
    const first = clientOf(gateway);
    first.send(signed({ ...put('first'), headers: { 'content-length': String(MIB) } }).head);
    first.send(Buffer.alloc(MIB - 1));
    // The first has its place when a second is refused one.
    for (;;) {
      const answer = await ask(gateway, put('second'), 'x');
      if (answer.status === 503) {
        expect(answer.code).to.equal('SlowDown');
        break;
      }
    }
    const waiting = clientOf(gateway);
    waiting.send(signed({ ...put('third'), headers: { 'content-length': '10' } }).head);
    expect(await waiting.answer()).to.include({ status: 503, code: 'SlowDown' });
    await waiting.closed();
    first.send(Buffer.alloc(1));
    expect((await first.answer()).status).to.equal(200);
    // Given back: all of it is free again.
    expect((await ask(gateway, put('fourth'), Buffer.alloc(MIB))).status).to.equal(200);
    // By a client that goes away, too.
    for (let i = 0; i < 3; i++) {
      const leaving = clientOf(gateway);
      leaving.send(signed({ ...put('gone'), headers: { 'content-length': String(MIB) } }).head);
      leaving.send(Buffer.alloc(KIB));
      leaving.destroy();
    }
    let last = await ask(gateway, put('fifth'), Buffer.alloc(MIB));
    while (last.code === 'SlowDown') last = await ask(gateway, put('fifth'), Buffer.alloc(MIB));
    expect(last.status).to.equal(200);
    expect(await keysOf(driver)).to.not.include('gone');
  });

  it('keeps nothing of a body that is not what its headers say', async () => {
    const driver = await filled();
    const gateway = await start(driver);
    const put = { method: 'PUT', path: '/demo/k' };
    const hash = await ask(gateway, { ...put, payload: sha256('another') }, 'this');
    expect(hash).to.include({ status: 400, code: 'XAmzContentSHA256Mismatch' });
    const digest = await ask(gateway, { ...put, headers: { 'content-md5': md5('another') } }, 'this');
    expect(digest).to.include({ status: 400, code: 'BadDigest' });
    const crc = await ask(gateway, { ...put, headers: { 'x-amz-checksum-crc32': 'AAAAAA==' } }, 'this');
    expect(crc).to.include({ status: 400, code: 'BadDigest' });
    expect(await keysOf(driver)).to.deep.equal([]);
    expect((await ask(gateway, { ...put, payload: sha256('this') }, 'this')).status).to.equal(200);
  });

  it('tells metadata in any characters, as S3 does', async () => {
    const driver = await filled();
    const metadata = {
      han: '漢字と仮名'.repeat(12),
      latin: 'é',
      tab: 'a\tb',
      word: '=?UTF-8?B?eA==?=',
      plain: 'two words',
    };
    await driver.write.put(
      { key: 'k', body: Buffer.from('x'), metadata: { ...metadata, 'not a token': '1' } },
      {},
    );
    await driver.write.put(
      {
        key: 'd',
        body: Buffer.from('x'),
        contentDisposition: 'attachment; filename="漢.txt"\r\nx-evil: 1',
      },
      {},
    );
    const gateway = await start(driver);
    for (const method of ['GET', 'HEAD']) {
      const { status, headers } = await ask(gateway, { method, path: '/demo/k' });
      expect(status).to.equal(200);
      expect(headers.get('x-amz-meta-plain')).to.equal('two words');
      expect(headers.get('x-amz-meta-word')).to.equal('=?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=');
      expect(headers.get('x-amz-meta-latin')).to.equal('=?UTF-8?B?w6k=?=');
      expect(headers.get('x-amz-missing-meta')).to.equal('1');
      expect(decoded(headers.get('x-amz-meta-han') ?? '')).to.equal(metadata.han);
      const other = await ask(gateway, { method, path: '/demo/d' });
      expect(other.headers.has('x-evil')).to.equal(false);
      expect(Buffer.from(other.headers.get('content-disposition') ?? '', 'latin1').toString()).to.contain(
        '漢.txt',
      );
    }
    // And takes it as S3 does, by encoded words and by bytes.
    const sent = await ask(
      gateway,
      {
        method: 'PUT',
        path: '/demo/again',
        headers: {
          'x-amz-meta-q': '=?utf-8?Q?a_=C3=A9?= =?UTF-8?B?w6k=?=',
          'x-amz-meta-__proto__': 'kept',
        },
      },
      'x',
    );
    expect(sent.status).to.equal(200);
    const { metadata: kept } = await driver.read.head({ key: 'again' }, {});
    expect(Object.entries(kept ?? {})).to.deep.equal([
      ['q', 'a éé'],
      ['__proto__', 'kept'],
    ]);
  });

  it('answers and closes whatever a store throws, or never says', async () => {
    const inner = await filled('k');
    const strange: readonly unknown[] = [undefined, null, 'text', 7, new Error('a\r\nb\0'), { code: 'x' }];
    let next = 0;
    const broken: StoreDriver = {
      ...inner,
      read: {
        head: async () => Promise.reject(strange[next++]),
        get: async (request, call) => {
          const { info } = await inner.read.get(request, call);
          // Neither a byte nor an end.
          return { info: { ...info, size: 100 }, body: new Readable({ read: () => undefined }) };
        },
      },
      write: { ...inner.write, copy: async () => ({ key: 'k', etag: 'x', versionId: 'a\r\nb: c' }) },
      delete: { ...inner.delete, one: () => new Promise(() => undefined) },
    };
    const entries: GatewayLogEntry[] = [];
    const gateway = await start(broken, {
      timeouts: { ...PATIENT, storeMs: 200, idleMs: 200 },
      onRequest: (entry) => entries.push(entry),
    });
    for (const _ of strange) {
      expect((await ask(gateway, { method: 'HEAD', path: '/demo/k' })).status).to.equal(500);
    }
    const never = await ask(gateway, { method: 'DELETE', path: '/demo/k' });
    expect(never).to.include({ status: 503, code: 'ServiceUnavailable' });
    const silent = clientOf(gateway);
    silent.send(signed({ method: 'GET', path: '/demo/k' }).head);
    await silent.closed();
    expect(silent.received.endsWith('\r\n\r\n') || silent.received === '').to.equal(true);
    while (entries.length < strange.length + 2) await new Promise((resolve) => setImmediate(resolve));
    expect(entries.map(({ status }) => status)).to.deep.equal([...strange.map(() => 500), 503, 200]);
  });

  it('answers when what a store says cannot be a header', async () => {
    const inner = await filled('k');
    const broken: StoreDriver = {
      ...inner,
      write: {
        ...inner.write,
        put: async ({ key }) => ({ key, etag: 'a\r\nx-evil: 1', versionId: '漢' }),
      },
    };
    const gateway = await start(broken);
    const client = clientOf(gateway);
    client.send(signed({ method: 'PUT', path: '/demo/k', headers: { 'content-length': '1' } }).head);
    client.send('x');
    const answer = await client.answer();
    expect(answer).to.include({ status: 500, code: 'InternalError' });
    expect(answer.headers.has('x-evil')).to.equal(false);
    await client.closed();
  });

  it('stops what it reads for a client that goes away', async () => {
    const inner = await filled('k');
    const body = new Readable({ read: () => undefined });
    const listed: AbortSignal[] = [];
    const gateway = await start({
      ...inner,
      read: {
        ...inner.read,
        get: async (request, call) => {
          const { info } = await inner.read.get(request, call);
          body.push('begun');
          return { info: { ...info, size: 100 }, body };
        },
      },
      list: {
        ...inner.list,
        page: (_, { signal }) =>
          new Promise((_resolve, reject) => {
            if (!signal) return;
            listed.push(signal);
            signal.addEventListener('abort', () => reject(new Error('stopped')));
          }),
      },
    });
    const reading = clientOf(gateway);
    reading.send(signed({ method: 'GET', path: '/demo/k' }).head);
    while (!reading.received.endsWith('begun')) await new Promise((resolve) => setImmediate(resolve));
    const closed = new Promise((resolve) => body.once('close', resolve));
    reading.destroy();
    await closed;
    const listing = clientOf(gateway);
    listing.send(signed({ method: 'GET', path: '/demo' }).head);
    while (listed.length === 0) await new Promise((resolve) => setImmediate(resolve));
    listing.destroy();
    const [signal] = listed;
    if (signal?.aborted === false) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  });

  it('leaves what cannot be named out of listings, and says so in its log', async () => {
    const inner = await filled('a', 'b');
    const reason = { code: 'Corrupt' as const, message: 'no UTF-8', retryable: false };
    const strange = (name: string) => ({ name, reason });
    const entries: GatewayLogEntry[] = [];
    const gateway = await start(
      {
        ...inner,
        list: {
          ...inner.list,
          // Two pages, the first of nothing that has a name.
          page: async (request, call) =>
            request.token === 'next'
              ? {
                  ...(await inner.list.page({ ...request, token: undefined }, call)),
                  unnameable: [strange('z\\xFF')],
                }
              : {
                  objects: [],
                  prefixes: [],
                  unnameable: [strange('\\xFE')],
                  truncated: true,
                  nextToken: 'next',
                },
        },
      },
      { onRequest: (entry) => entries.push(entry) },
    );
    for (const query of [{ 'list-type': '2' }, {}]) {
      const { status, body } = await ask(gateway, { method: 'GET', path: '/demo', query });
      expect(status).to.equal(200);
      expect([...body.matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key)).to.deep.equal(['a', 'b']);
      expect(body).to.contain('<IsTruncated>false</IsTruncated>');
    }
    expect(entries.map(({ unnameable }) => unnameable)).to.deep.equal([
      ['\\xFE', 'z\\xFF'],
      ['\\xFE', 'z\\xFF'],
    ]);
  });

  it('deletes by prefix only when that is all that was asked', async () => {
    const driver = await filled('p/1', 'p/2', 'q');
    const gateway = await start(driver);
    const request = { method: 'POST', path: '/demo', query: { delete: '', prefix: 'p/' } };
    const named = '<Delete><Object><Key>q</Key></Object></Delete>';
    expect(await ask(gateway, request, named)).to.include({ status: 400, code: 'InvalidRequest' });
    const none = { ...request, query: { ...request.query, 'max-keys': '0' } };
    expect(await ask(gateway, none)).to.include({ status: 400, code: 'InvalidArgument' });
    expect(await keysOf(driver)).to.deep.equal(['p/1', 'p/2', 'q']);
    const one = await ask(gateway, { ...request, query: { ...request.query, 'max-keys': '1' } });
    expect(one.body).to.contain('<IsTruncated>true</IsTruncated>');
    const rest = await ask(gateway, { ...request, query: { ...request.query, 'max-keys': '1' } });
    expect(rest.body).to.contain('<IsTruncated>false</IsTruncated>');
    expect(await keysOf(driver)).to.deep.equal(['q']);
  });
});

function md5(text: string): string {
  return createHash('md5').update(text).digest('base64');
}

/** Encoded words of UTF-8 in base64, by the letter of RFC 2047. */
function decoded(header: string): string {
  return header
    .split(' ')
    .map((word) => {
      expect(word.length).to.be.at.most(75);
      return Buffer.from(/^=\?UTF-8\?B\?(.*)\?=$/.exec(word)?.[1] ?? '', 'base64').toString();
    })
    .join('');
}
