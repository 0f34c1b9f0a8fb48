import { startGateway, type Gateway } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { askGateway, exchange, KEYS } from './raw-client.js';

const PAGE = 'https://app.example.com';

describe('gateway, pages of browsers', () => {
  const open: Gateway[] = [];
  afterEach(async () => {
    for (const gateway of open.splice(0)) await gateway.close();
  });

  const serve = async (cors?: readonly string[]): Promise<Gateway> => {
    const gateway = await startGateway({ stores: { demo: memoryDriver() }, credentials: [KEYS], cors });
    open.push(gateway);
    return gateway;
  };
  const ask = async (gateway: Gateway, headers: Readonly<Record<string, string>>, path = '/demo/k') => {
    const lines = Object.entries({ host: 'gateway', ...headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    return exchange(gateway.url, `OPTIONS ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  };
  const wish = { origin: PAGE, 'access-control-request-method': 'PUT' };

  it('are refused as by a bucket without rules, where none was named', async () => {
    const gateway = await serve();
    const refused = await ask(gateway, wish);
    expect(refused).to.include({ status: 403, code: 'AccessForbidden' });
    expect(refused.body)
      .to.contain('CORSResponse: CORS is not enabled for this bucket.')
      .and.to.contain('<Method>PUT</Method><ResourceType>OBJECT</ResourceType>');
    expect((await ask(gateway, wish, '/demo')).body).to.contain('<ResourceType>BUCKET</ResourceType>');
    const read = await fetch(`${gateway.url}/demo/k`, { headers: { origin: PAGE } });
    expect(read.headers.has('access-control-allow-origin')).to.equal(false);
    await read.arrayBuffer();
  });

  it('are asked what they want', async () => {
    const gateway = await serve(['*']);
    expect(await ask(gateway, {})).to.include({ status: 400, code: 'BadRequest' });
    expect(await ask(gateway, { origin: PAGE })).to.include({ status: 400, code: 'BadRequest' });
    const odd = await ask(gateway, { ...wish, 'access-control-request-method': 'PATCH' });
    expect(odd).to.include({ status: 400, code: 'BadRequest' });
  });

  it('may send what they are named for, and read all that is answered', async () => {
    const gateway = await serve(['https://*.example.com', 'http://localhost:8080']);
    const asked = 'authorization,x-amz-content-sha256,x-amz-date';
    const url = `${gateway.url}/demo/k`;
    const before = await fetch(url, {
      method: 'OPTIONS',
      headers: { ...wish, 'access-control-request-headers': asked },
    });
    expect(before.status).to.equal(200);
    expect(Object.fromEntries(before.headers)).to.include({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'GET, HEAD, PUT, POST, DELETE',
      'access-control-allow-headers': asked,
      'access-control-max-age': '3600',
    });
    expect(before.headers.get('vary')).to.contain('Origin');
    // Also what is refused: a page that may not read it cannot say why.
    const read = await fetch(url, { headers: { origin: PAGE } });
    expect(read.status).to.equal(403);
    expect(read.headers.get('access-control-allow-origin')).to.equal(PAGE);
    expect(read.headers.get('access-control-expose-headers')).to.contain('x-amz-request-id');
    expect(await read.text()).to.contain('<Code>AccessDenied</Code>');
    for (const origin of [
      'https://example.com',
      'http://app.example.com',
      'https://app.example.com.evil.org',
      'null',
    ]) {
      expect(await ask(gateway, { ...wish, origin }), origin).to.include({
        status: 403,
        code: 'AccessForbidden',
      });
      const answer = await fetch(url, { headers: { origin } });
      expect(answer.headers.has('access-control-allow-origin'), origin).to.equal(false);
      await answer.arrayBuffer();
    }
  });

  it('read the ETag and the metadata of an object', async () => {
    const gateway = await serve(['*']);
    const headers = { origin: PAGE, 'x-amz-meta-by': 'me' };
    expect(await askGateway(gateway, { method: 'PUT', path: '/demo/k', headers }, 'x')).to.include({
      status: 200,
    });
    const got = await askGateway(gateway, { method: 'GET', path: '/demo/k', headers: { origin: PAGE } });
    expect(got.headers.get('access-control-allow-origin')).to.equal('*');
    const exposed = got.headers.get('access-control-expose-headers') ?? '';
    expect(exposed.split(', ')).to.include.members(['etag', 'x-amz-meta-by', 'last-modified']);
  });

  it('have origins, not addresses', async () => {
    for (const origin of ['app.example.com', 'https://app.example.com/', 'https://*.*', '', 'https://']) {
      const error: unknown = await serve([origin]).catch((thrown: unknown) => thrown);
      expect(error, origin).to.include({ code: 'InvalidArgument' });
    }
  });
}).timeout(20_000);
