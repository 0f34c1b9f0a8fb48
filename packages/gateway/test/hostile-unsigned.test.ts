import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { besieged, PATIENT } from './besieged.js';
import { signed, type SignedRequest } from './raw-client.js';

const KIB = 1024;
const MIB = 1024 * KIB;

describe('gateway, with clients that mean it no good and have no valid signature', () => {
  const { start, clientOf, filled, keysOf, isAlive } = besieged();

  /** Requests that bring a body, and how they fail to be signed. */
  const writes: Readonly<Record<string, SignedRequest>> = {
    'an object': { method: 'PUT', path: '/demo/k' },
    'a part': { method: 'PUT', path: '/demo/k', query: { partNumber: '1', uploadId: 'u' } },
    'a batch of keys': { method: 'POST', path: '/demo', query: { delete: '' } },
    'a delete by prefix': { method: 'POST', path: '/demo', query: { delete: '', prefix: '' } },
    'the end of an upload': { method: 'POST', path: '/demo/k', query: { uploadId: 'u' } },
  };
  const unsigned: Readonly<Record<string, (request: SignedRequest) => string>> = {
    'no signature': (request) => signed(request).head.replace(/authorization: .*\r\n/, ''),
    'another secret': (request) => signed({ ...request, secretAccessKey: 'wrong' }).head,
    'an old one': (request) => signed({ ...request, now: new Date(Date.now() - 3_600_000) }).head,
    'a header that it does not cover': (request) =>
      signed(request).head.replace('\r\n\r\n', '\r\nx-amz-meta-more: 1\r\n\r\n'),
    'a presigned URL that has expired': ({ method, path }) =>
      `${method} ${path}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=GATEWAY%2F20200101%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20200101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00 HTTP/1.1\r\nhost: gateway\r\ncontent-length: 100000000\r\n\r\n`,
  };

  for (const [why, headOf] of Object.entries(unsigned)) {
    for (const [what, request] of Object.entries(writes)) {
      it(`answers ${what} with ${why} before the body was sent, and closes`, async () => {
        const driver = await filled('k');
        const gateway = await start(driver);
        const lengths = [
          { 'content-length': '100000000' },
          { 'transfer-encoding': 'chunked' },
          { 'content-length': '100000000', expect: '100-continue' },
        ];
        await Promise.all(
          lengths.map(async (length) => {
            const client = clientOf(gateway);
            client.send(headOf({ ...request, headers: length }));
            const answer = await client.answer();
            expect(answer.status).to.equal(403);
            expect(answer.headers.get('connection')).to.equal('close');
            await client.closed();
          }),
        );
        expect(await keysOf(driver)).to.deep.equal(['k']);
      });
    }
  }

  it('does not read on, however long a client sends', async () => {
    const gateway = await start(await filled());
    const client = clientOf(gateway);
    client.send('POST /demo?delete HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000000\r\n\r\n');
    const taken = await client.flood(Buffer.alloc(MIB, '<a/>'), 1000 * MIB);
    // What the kernel holds for both sides is more than what the gateway takes.
    expect(taken).to.be.lessThan(64 * MIB);
    await client.closed();
  });

  it('never asks for the body of a request that waits to be asked', async () => {
    const gateway = await start(await filled());
    const client = clientOf(gateway);
    client.send('PUT /demo/k HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 10\r\n\r\n');
    await client.closed();
    expect(client.received).to.match(/^HTTP\/1\.1 403 /);
    const good = clientOf(gateway);
    const headers = { expect: '100-continue', 'content-length': '2' };
    good.send(signed({ method: 'PUT', path: '/demo/k', headers }).head);
    while (!good.received.startsWith('HTTP/1.1 100')) await new Promise((resolve) => setImmediate(resolve));
    good.send('ok');
    expect((await good.answer()).status).to.equal(200);
  });

  it('answers any query, rightly escaped or not', async () => {
    const gateway = await start(await filled('k'));
    const piece = fc.oneof(
      fc.constantFrom(
        '%',
        '%z',
        '%zz',
        '%ff',
        '%c3',
        '%ed%a0%80',
        '%00',
        '&',
        '=',
        '+',
        '?',
        '/',
        '..',
        ';',
        '%25',
        '#',
      ),
      fc.constantFrom('delete', 'prefix', 'uploads', 'list-type', 'X-Amz-Algorithm', 'X-Amz-Signature'),
      fc.string({ unit: fc.constantFrom('a', '-', '~', '0'), maxLength: 3 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS'),
        fc.array(piece, { maxLength: 6 }),
        fc.array(piece, { maxLength: 6 }),
        async (method, path, query) => {
          const client = clientOf(gateway);
          client.send(
            `${method} /${path.join('').replaceAll('#', '')}?${query.join('')} HTTP/1.1\r\nhost: x\r\n\r\n`,
          );
          const { status } = await client.answer(method === 'HEAD');
          expect([400, 403]).to.include(status);
          await client.closed();
        },
      ),
      { numRuns: 200 },
    );
    await isAlive(gateway);
  });

  it('answers or closes whatever is no HTTP at all', async () => {
    const gateway = await start(await filled('k'));
    const line = fc.oneof(
      fc.constantFrom(
        'GET /demo HTTP/1.1',
        'GET  /demo HTTP/1.1',
        'GET /demo',
        'GET /demo HTTP/9.9',
        'BREW /demo HTTP/1.1',
        'GET http://x/demo HTTP/1.1',
        'OPTIONS * HTTP/1.1',
        'CONNECT x:1 HTTP/1.1',
        'GET demo HTTP/1.1',
        'host: x',
        'host:',
        ': x',
        'host : x',
        'content-length: 5',
        'content-length: -5',
        'content-length: 5, 5',
        'content-length: 99999999999999999999999',
        'transfer-encoding: chunked',
        'transfer-encoding: chunked, identity',
        'transfer-encoding: xchunked',
        'upgrade: h2c',
        'connection: upgrade',
        'expect: 200-maybe',
        'expect: 100-continue',
        'authorization: AWS4-HMAC-SHA256 Credential=,SignedHeaders=,Signature=',
        'authorization: AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request, SignedHeaders=;;, Signature=0',
        'x-amz-date: 99999999T999999Z',
        'x-amz-content-sha256: STREAMING-X',
        `x-long: ${'a'.repeat(20_000)}`,
        '',
        '5',
        'hello',
        'fffffffffffffffff',
      ),
      fc.string({ unit: 'binary-ascii', maxLength: 20 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 8 }), async (lines) => {
        const client = clientOf(gateway);
        client.send(`${lines.join('\r\n')}\r\n\r\n`);
        client.finish();
        await client.closed();
        expect(client.received).to.match(/^$|^HTTP\/1\.1 (100|4\d\d|5\d\d) /);
      }),
      { numRuns: 300 },
    );
    await isAlive(gateway);
  });

  it('waits for headers no longer than it should', async () => {
    const gateway = await start(await filled(), { timeouts: { ...PATIENT, headersMs: 50 } });
    const silent = clientOf(gateway);
    const slow = clientOf(gateway);
    slow.send('GET /demo HTTP/1.1\r\nhost: x\r\n');
    await silent.closed();
    await slow.closed();
  });
});
