import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDriver, StoreError, type StoreDriver } from '@store/core';
import { fs } from '@store/fs';
import { startGateway, type Gateway, type GatewayOptions } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { askGateway, KEYS, type RawAnswer, RawClient, signed, type SignedRequest } from './raw-client.js';
import { StartedGateway } from './started-gateway.js';

describe('gateway, the spool', () => {
  let root: string;
  let spool: string;
  let driver: StoreDriver;
  const open: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'store-gateway-test-'));
    spool = join(root, 'spool');
    driver = openDriver({ provider: 'fs', ...place() }, { adapters: [fs] });
  });
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
    await driver.close();
    await rm(root, { recursive: true });
  });

  const place = () => ({ root: join(root, 'data'), create: true, fsync: false });
  const start = async (options: Partial<GatewayOptions> = {}): Promise<Gateway> => {
    const gateway = await startGateway({
      minPartBytes: 0,
      stores: { demo: driver },
      credentials: [KEYS],
      spoolDirectory: spool,
      ...options,
    });
    open.push(() => gateway.close());
    return gateway;
  };
  const ask = (url: string, request: SignedRequest, body?: Buffer): Promise<RawAnswer> =>
    askGateway({ url }, request, body);
  const begin = async (url: string, key: string): Promise<string> => {
    const { body } = await ask(url, { method: 'POST', path: `/demo/${key}`, query: { uploads: '' } });
    return /<UploadId>(.*)<\/UploadId>/.exec(body)?.[1] ?? '';
  };
  const sendPart = (url: string, key: string, uploadId: string, number: number, body: Buffer) =>
    ask(url, { method: 'PUT', path: `/demo/${key}`, query: { uploadId, partNumber: String(number) } }, body);
  const complete = (url: string, key: string, uploadId: string, parts: readonly Buffer[]) => {
    const listed = parts.map(
      (body, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etagOf(body)}</ETag></Part>`,
    );
    const document = `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`;
    return ask(url, { method: 'POST', path: `/demo/${key}`, query: { uploadId } }, Buffer.from(document));
  };
  /** Files of parts, of all gateways. */
  const files = async (): Promise<string[]> => {
    const entries = await readdir(spool, { recursive: true, withFileTypes: true }).catch(() => []);
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  };

  it('is empty again when a gateway was killed and the next one begins, and keeps what others have', async () => {
    const other = await start();
    const uploadId = await begin(other.url, 'kept');
    await sendPart(other.url, 'kept', uploadId, 1, Buffer.from('one'));
    const killed = await StartedGateway.start({ provider: 'fs', ...place() }, { spoolDirectory: spool });
    const lost = await begin(killed.url, 'lost');
    await sendPart(killed.url, 'lost', lost, 1, Buffer.from('lost'));
    // In the middle of a part.
    const client = new RawClient(killed.url);
    const query = { uploadId: lost, partNumber: '2' };
    const head = { method: 'PUT', path: '/demo/lost', query, headers: { 'content-length': '1000000' } };
    client.send(signed(head).head);
    client.send(Buffer.alloc(500_000));
    while ((await files()).length < 3) await sleep(5);
    await killed.kill();
    client.destroy();
    expect(await readdir(spool)).to.have.length(2);
    await start();
    expect(await files()).to.have.length(1);
    expect((await complete(other.url, 'kept', uploadId, [Buffer.from('one')])).status).to.equal(200);
    for (const close of open.splice(0).toReversed()) await close();
    expect(await readdir(spool)).to.deep.equal([]);
  });

  it('removes what cannot be asked whether it lives when it has been silent for long, and nothing else', async () => {
    const elsewhere = (n: number): string => `gateway-1-1-0123456789abcdef-${n}${'0'.repeat(35)}`;
    const names = [elsewhere(1), elsewhere(2), 'gateway-of-somebody', 'a-file'];
    for (const name of names) await mkdir(join(spool, name), { recursive: true });
    await writeFile(join(spool, elsewhere(1), 'part'), 'x');
    const long = new Date(Date.now() - 3_600_000);
    await utimes(join(spool, elsewhere(1)), long, long);
    await start();
    expect((await readdir(spool)).sort()).to.deep.equal(names.slice(1).sort());
  });

  it('keeps one copy of a part that is sent again and again, also together, and while it is joined', async () => {
    const { url } = await start();
    const uploadId = await begin(url, 'k');
    const bodies = Array.from({ length: 20 }, (_, i) => Buffer.alloc(50_000, String(i)));
    for (const body of bodies) {
      expect((await sendPart(url, 'k', uploadId, 1, body)).status).to.equal(200);
      expect(await files()).to.have.length(1);
    }
    await Promise.all(bodies.map((body) => sendPart(url, 'k', uploadId, 1, body)));
    expect(await files()).to.have.length(1);
    const last = Buffer.from('last');
    await sendPart(url, 'k', uploadId, 1, last);
    const joined = complete(url, 'k', uploadId, [last]);
    await Promise.all(bodies.map((body) => sendPart(url, 'k', uploadId, 1, body)));
    expect((await joined).status).to.equal(200);
    expect(await files()).to.deep.equal([]);
  });

  it('has a limit for all parts together, and says so by name', async () => {
    const { url } = await start({ maxSpoolBytes: 1000 });
    const one = await begin(url, 'one');
    const two = await begin(url, 'two');
    const full = { status: 507, code: 'InsufficientStorage' };
    expect((await sendPart(url, 'one', one, 1, Buffer.alloc(600))).status).to.equal(200);
    expect(await sendPart(url, 'two', two, 1, Buffer.alloc(401))).to.include(full);
    expect((await sendPart(url, 'two', two, 1, Buffer.alloc(400))).status).to.equal(200);
    // The new one is there before the old one goes.
    expect(await sendPart(url, 'two', two, 1, Buffer.alloc(1))).to.include(full);
    expect(await files()).to.have.length(2);
    await ask(url, { method: 'DELETE', path: '/demo/two', query: { uploadId: two } });
    expect((await sendPart(url, 'one', one, 2, Buffer.alloc(400))).status).to.equal(200);
    const parts = [Buffer.alloc(600), Buffer.alloc(400)];
    expect((await complete(url, 'one', one, parts)).status).to.equal(200);
    const three = await begin(url, 'three');
    expect((await sendPart(url, 'three', three, 1, Buffer.alloc(1000))).status).to.equal(200);
    // What goes for another, and what does not come whole, makes room again.
    expect((await sendPart(url, 'three', three, 1, Buffer.alloc(1))).code).to.equal('InsufficientStorage');
    await ask(url, { method: 'DELETE', path: '/demo/three', query: { uploadId: three } });
    const five = await begin(url, 'five');
    for (let i = 0; i < 5; i++)
      expect((await sendPart(url, 'five', five, 1, Buffer.alloc(500))).status).to.equal(200);
    const leaving = new RawClient(url);
    const rest = { uploadId: five, partNumber: '2' };
    const length = { 'content-length': '500' };
    leaving.send(signed({ method: 'PUT', path: '/demo/five', query: rest, headers: length }).head);
    leaving.send('x');
    while ((await files()).length < 2) await sleep(5);
    leaving.destroy();
    while ((await files()).length > 1) await sleep(5);
    expect((await sendPart(url, 'five', five, 3, Buffer.alloc(500))).status).to.equal(200);
    await ask(url, { method: 'DELETE', path: '/demo/five', query: { uploadId: five } });
    // What a copy brings is counted, too.
    const four = await begin(url, 'four');
    const query = { uploadId: four, partNumber: '1' };
    const headers = { 'x-amz-copy-source': '/demo/one' };
    const copied = await ask(url, { method: 'PUT', path: '/demo/four', query, headers });
    expect(copied.status).to.equal(200);
    expect(await sendPart(url, 'four', four, 2, Buffer.alloc(1))).to.include(full);
  });

  it('gives up uploads that nobody goes on with, and no others', async () => {
    const { url } = await start({ uploadsExpireMs: 300 });
    const abandoned = await begin(url, 'abandoned');
    await sendPart(url, 'abandoned', abandoned, 1, Buffer.alloc(1000));
    const going = await begin(url, 'going');
    const parts: Buffer[] = [];
    let listed = '';
    const until = Date.now() + 1000;
    do {
      parts.push(Buffer.from(String(parts.length)));
      const sent = await sendPart(url, 'going', going, parts.length, parts.at(-1) ?? Buffer.alloc(0));
      expect(sent.status).to.equal(200);
      listed = (await ask(url, { method: 'GET', path: '/demo', query: { uploads: '' } })).body;
    } while (listed.includes(abandoned) || Date.now() < until);
    const gone = { status: 404, code: 'NoSuchUpload' };
    expect(await sendPart(url, 'abandoned', abandoned, 2, Buffer.alloc(1))).to.include(gone);
    expect((await complete(url, 'going', going, parts)).status).to.equal(200);
    expect(await files()).to.deep.equal([]);
  });

  it('is looked at when the gateway starts, whatever its stores, and so is what could never be sent', async () => {
    const file = join(root, 'file');
    await writeFile(file, '');
    const link = join(root, 'link');
    await symlink(join(root, 'nowhere', 'deep'), link);
    const refused = (options: Partial<GatewayOptions>) =>
      start({ stores: { demo: memoryDriver() }, ...options }).then(
        () => 'started',
        (error: unknown) => (error instanceof StoreError ? `${error.code}: ${error.message}` : 'odd'),
      );
    for (const spoolDirectory of [file, join(file, 'below'), link])
      expect(await refused({ spoolDirectory })).to.match(/^InvalidConfig: .*spool directory \S+ cannot be/);
    expect(await refused({ maxBodyBytes: 10, minPartBytes: 11 })).to.match(/^InvalidArgument: minPartBytes/);
    expect(await refused({ maxBodyBytes: 10, minPartBytes: 10 })).to.equal('started');
  });
});

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}
