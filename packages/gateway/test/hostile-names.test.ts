import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDriver, type StoreDriver } from '@store/core';
import { fs } from '@store/fs';
import { startGateway, type Gateway } from '@store/gateway';
import { expect } from 'chai';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { askGateway, exchange, KEYS, type RawAnswer, signed, type SignedRequest } from './raw-client.js';

describe('gateway over a directory, with names that mean more to a file system', () => {
  let parent: string;
  let driver: StoreDriver;
  let gateway: Gateway;
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'store-gateway-test-'));
    await mkdir(join(parent, 'root'));
    await writeFile(join(parent, 'secret'), 'outside');
    driver = openDriver({ provider: 'fs', root: join(parent, 'root'), fsync: false }, { adapters: [fs] });
    gateway = await startGateway({ stores: { demo: driver }, credentials: [KEYS] });
  });
  afterEach(async () => {
    await gateway.close();
    await driver.close();
    await rm(parent, { recursive: true });
  });

  const ask = (request: SignedRequest, body?: string): Promise<RawAnswer> =>
    askGateway(gateway, request, body);
  const isUntouched = async (): Promise<void> => {
    expect((await readdir(parent)).sort()).to.deep.equal(['root', 'secret']);
    expect(await readFile(join(parent, 'secret'), 'utf8')).to.equal('outside');
  };

  it('keeps every key under its own name, inside', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '..',
        '.',
        '/',
        '//',
        '\\',
        'secret',
        '~',
        '%',
        '%2f',
        '%2e%2e',
        ':',
        '*',
        'CON',
        '\0',
        '\n',
        ' ',
      ),
      fc.constantFrom(
        'objects',
        'tmp',
        '-',
        'é',
        'e\u0301',
        '\u{1f600}',
        '\u{10fffd}',
        '\ufffd',
        '\ufffe',
        '+',
        '&',
        '?',
        '#',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    const key = fc
      .array(piece, { minLength: 1, maxLength: 6 })
      .map((pieces) => pieces.join(''))
      .filter((text) => text.isWellFormed() && text !== '');
    await fc.assert(
      fc.asyncProperty(key, async (name) => {
        const path = `/demo/${pathOf(name)}`;
        const put = await ask({ method: 'PUT', path }, name);
        expect(put.status, put.body).to.equal(200);
        const got = await ask({ method: 'GET', path });
        expect(Buffer.from(got.body, 'latin1').toString()).to.equal(name);
        const { objects } = await driver.list.page({ prefix: '', maxKeys: 10 }, {});
        expect(objects.map((object) => object.key)).to.deep.equal([name]);
        await isUntouched();
        expect((await ask({ method: 'DELETE', path })).status).to.equal(204);
        expect((await ask({ method: 'HEAD', path })).status).to.equal(404);
        await isUntouched();
      }),
      { numRuns: 60 },
    );
  });

  it('knows no bucket but its own, however it is spelt', async () => {
    for (const path of [
      '/..',
      '/../secret',
      '/%2E%2E/secret',
      '/./demo/k',
      '//demo/k',
      '/demo%2F../k',
      '/demo%00/k',
      '/Demo/k',
      '/demo./k',
      '/demo%20/k',
      '/__proto__/k',
      '/constructor',
      '/%C4%91emo/k',
    ]) {
      // As it is signed: what is decoded is encoded again.
      const canonical = path.replaceAll('%2E', '.').replaceAll('%2F', '/');
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const { head } = signed({ method, path: canonical, headers: { 'content-length': '0' } });
        const answer = await exchange(gateway.url, head.replace(canonical, path));
        expect([400, 403, 404, 405, 501], `${method} ${path}: ${answer.body}`).to.include(answer.status);
      }
    }
    expect((await driver.list.page({ prefix: '', maxKeys: 10 }, {})).objects).to.have.length(0);
    await isUntouched();
  });
});

/** Percent-encoded as SigV4 has it, slashes as they are. */
function pathOf(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/');
}
