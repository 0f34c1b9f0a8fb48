import { createServer, type RequestListener, type Server } from 'node:http';
import { connect, type AddressInfo, type TcpNetConnectOpts } from 'node:net';
import { StoreError } from '@store/core';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { HttpTransport, MAX_SHORT_ANSWER_BYTES, requestFailure, type HttpCall } from '#src/index.js';

const servers: Server[] = [];
const transports: HttpTransport[] = [];

afterEach(() => {
  for (const transport of transports.splice(0)) transport.close();
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

async function serve(listener: RequestListener, host = '127.0.0.1'): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function transport(): HttpTransport {
  const one = new HttpTransport({});
  transports.push(one);
  return one;
}

function get(call: Partial<HttpCall> = {}): HttpCall {
  return { method: 'GET', headers: {}, signal: new AbortController().signal, idleMs: 5000, ...call };
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('kit: transport', () => {
  it('sends addresses byte for byte, and follows no redirect', async () => {
    const seen: (string | undefined)[] = [];
    const base = await serve(({ url }, response) => {
      seen.push(url);
      response.writeHead(302, { location: '/elsewhere' }).end('gone');
    });
    const path = "/b/a/../b//%2e%2E/c?x=%27'(*)";
    const answer = await transport().send(base + path, get());
    expect(answer).to.include({ status: 302 });
    expect(answer.data.toString()).to.equal('gone');
    expect(seen).to.deep.equal([path]);
  });

  it('ends a request whose connection is not made in time', async () => {
    const one = new HttpTransport({}, 20);
    transports.push(one);
    // A name that is looked up for ever.
    const createConnection = (options: TcpNetConnectOpts) => connect({ ...options, lookup: () => undefined });
    Object.assign(one.agents.http, { createConnection });
    const error = await errorOf(one.send('http://nowhere.test/', get()));
    expect(error).to.be.instanceOf(StoreError);
    expect(error).to.include({ code: 'Timeout', retryable: true });
    expect(String(error)).to.contain('no connection was made within 20 ms');
  });

  it('asks each server that it is sent to, one after the other', async () => {
    const [one, two] = [
      await serve((_, response) => response.end('one')),
      await serve((_, response) => response.end('two')),
    ];
    const both = transport();
    const said: string[] = [];
    for (const base of [one, two, one]) said.push((await both.send(`${base}/`, get())).data.toString());
    expect(said).to.deep.equal(['one', 'two', 'one']);
  });

  it('finds servers by addresses of version 6', async function () {
    const base = await serve((_request, response) => response.end('six'), '::1').catch(() => this.skip());
    expect((await transport().send(`${base}/`, get())).data.toString()).to.equal('six');
  });

  it('hands a body over as a stream where the answer is a success', async () => {
    const base = await serve(({ url }, response) =>
      response.writeHead(url === '/ok' ? 200 : 404).end('text'),
    );
    const http = transport();
    const { data, res } = await http.send(`${base}/ok`, get({ stream: true }));
    expect(data).to.have.length(0);
    expect((await res.toArray()).join('')).to.equal('text');
    expect((await http.send(`${base}/no`, get({ stream: true }))).data.toString()).to.equal('text');
  });

  it('has a limit for answers: a success beyond it is none, of a refusal the status is left', async () => {
    const long = Buffer.alloc(MAX_SHORT_ANSWER_BYTES + 1);
    const base = await serve(({ url }, response) => response.writeHead(Number(url?.slice(1))).end(long));
    const http = transport();
    expect((await http.send(`${base}/200`, get())).data).to.have.length(long.length);
    expect(await errorOf(http.send(`${base}/200`, get({ short: true })))).to.include({ code: 'Corrupt' });
    expect(await http.send(`${base}/503`, get())).to.deep.include({ status: 503, data: Buffer.alloc(0) });
  });

  it('ends when nothing moves, when the signal fires, and when the server goes away', async () => {
    const base = await serve(({ url, socket }) => {
      if (url === '/gone') socket.destroy();
    });
    const http = transport();
    expect(await errorOf(http.send(`${base}/`, get({ idleMs: 20 })))).to.include({ code: 'Timeout' });
    const gone = await errorOf(http.send(`${base}/gone`, get()));
    expect(gone).to.be.instanceOf(StoreError).and.include({ code: 'Unavailable', retryable: true });
    const aborted = await errorOf(http.send(`${base}/`, get({ signal: AbortSignal.timeout(20) })));
    const where = { provider: 'p', operation: 'head', key: 'k' };
    expect(requestFailure(aborted, where)).to.include({ code: 'Aborted', ...where });
    expect(requestFailure(gone, where)).to.include({ code: 'Unavailable', ...where });
    expect(requestFailure(new TypeError('a bug'), where)).to.include({ code: 'Internal', retryable: false });
  });
});
