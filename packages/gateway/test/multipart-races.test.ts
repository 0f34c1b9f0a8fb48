import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { openDriver, StoreError, type StoreDriver } from '@store/core';
import { fs } from '@store/fs';
import { startGateway, type Gateway } from '@store/gateway';
import { expect } from 'chai';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { askGateway, KEYS, type RawAnswer, type SignedRequest } from './raw-client.js';

/** Large enough that reading it takes more than one turn. */
const PART_BYTES = 300_000;

type PartList = readonly (readonly [partNumber: number, body: Buffer])[];

describe('gateway, multipart over a directory', () => {
  let root: string;
  let driver: StoreDriver;
  let gateway: Gateway;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'store-gateway-test-'));
    driver = openDriver(
      { provider: 'fs', root: join(root, 'data'), create: true, fsync: false },
      { adapters: [fs] },
    );
    gateway = await startGateway({
      minPartBytes: 0,
      stores: { demo: driver },
      credentials: [KEYS],
      spoolDirectory: join(root, 'spool'),
    });
  });
  afterEach(async () => {
    await gateway.close();
    await driver.close();
    await rm(root, { recursive: true });
  });

  const ask = (request: SignedRequest, body?: string | Buffer): Promise<RawAnswer> =>
    askGateway(gateway, request, body);
  const begin = async (key: string): Promise<string> => {
    const { body } = await ask({ method: 'POST', path: `/demo/${key}`, query: { uploads: '' } });
    return /<UploadId>(.*)<\/UploadId>/.exec(body)?.[1] ?? '';
  };
  const sendPart = (key: string, uploadId: string, partNumber: number, body: Buffer) =>
    ask({ method: 'PUT', path: `/demo/${key}`, query: { uploadId, partNumber: String(partNumber) } }, body);
  const complete = (key: string, uploadId: string, parts: PartList) => {
    const listed = parts.map(
      ([number, body]) => `<Part><PartNumber>${number}</PartNumber><ETag>${etagOf(body)}</ETag></Part>`,
    );
    const document = `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`;
    return ask({ method: 'POST', path: `/demo/${key}`, query: { uploadId } }, document);
  };
  const abort = (key: string, uploadId: string) =>
    ask({ method: 'DELETE', path: `/demo/${key}`, query: { uploadId } });
  const contentOf = async (key: string): Promise<Buffer | undefined> => {
    try {
      return await buffer((await driver.read.get({ key }, {})).body);
    } catch (error) {
      if (error instanceof StoreError && error.code === 'NotFound') return undefined;
      throw error;
    }
  };
  const spoolOf = async (uploadId: string): Promise<string> => {
    const [own = ''] = await readdir(join(root, 'spool'));
    return join(root, 'spool', own, uploadId);
  };

  it('writes what was listed or nothing, whatever else is sent meanwhile', async () => {
    const other = (number: number, seed: number): Buffer =>
      Buffer.alloc(PART_BYTES - 1, `${seed}.${number}.`);
    const first = (number: number): Buffer => other(number, 0);
    const move = fc.record({
      what: fc.constantFrom('same part', 'other part', 'complete', 'complete less', 'abort', 'list'),
      part: fc.integer({ min: 1, max: 3 }),
      seed: fc.integer({ min: 1, max: 3 }),
      delay: fc.integer({ min: 0, max: 3 }),
    });
    let made = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(move, { minLength: 3, maxLength: 8 }), async (moves) => {
        const key = `k${made++}`;
        const uploadId = await begin(key);
        const parts = [1, 2, 3].map((number) => [number, first(number)] as const);
        for (const [number, body] of parts) await sendPart(key, uploadId, number, body);
        const written = new Set<string>();
        let aborted = false;
        const note = (answer: RawAnswer, list: PartList): void => {
          if (answer.status === 200) written.add(etagOf(Buffer.concat(list.map(([, body]) => body))));
          else expect([400, 404, 409], answer.body).to.include(answer.status);
        };
        const perform = async ({ what, part, seed, delay }: (typeof moves)[number]): Promise<void> => {
          for (let i = 0; i < delay; i++) await new Promise((resolve) => setImmediate(resolve));
          if (what === 'same part') await sendPart(key, uploadId, part, first(part));
          else if (what === 'other part') await sendPart(key, uploadId, part, other(part, seed));
          else if (what === 'complete') note(await complete(key, uploadId, parts), parts);
          else if (what === 'complete less')
            note(await complete(key, uploadId, parts.slice(1)), parts.slice(1));
          else if (what === 'abort') {
            const { status } = await abort(key, uploadId);
            expect([204, 404]).to.include(status);
            aborted ||= status === 204;
          } else await ask({ method: 'GET', path: `/demo/${key}`, query: { uploadId } });
        };
        await Promise.all([
          complete(key, uploadId, parts).then((answer) => note(answer, parts)),
          ...moves.map(perform),
        ]);
        const content = await contentOf(key);
        if (aborted) expect(content, 'given up').to.equal(undefined);
        // One completion at most had its way, and the object is what it listed.
        expect([...written]).to.deep.equal(content === undefined ? [] : [etagOf(content)]);
      }),
      { numRuns: 60 },
    );
  }).timeout(300_000);

  it('tells the same to who asks again, and nothing to who asks for another', async () => {
    const [one, two] = [Buffer.from('one'), Buffer.from('two')];
    const parts: PartList = [
      [1, one],
      [2, two],
    ];
    const uploadId = await begin('k');
    for (const [number, body] of parts) await sendPart('k', uploadId, number, body);
    const together = await Promise.all([1, 2, 3].map(() => complete('k', uploadId, parts)));
    const again = await complete('k', uploadId, parts);
    for (const { status, body } of [...together, again]) {
      expect(status).to.equal(200);
      expect(body).to.equal(again.body);
    }
    expect(await complete('k', uploadId, [[1, one]])).to.include({ status: 404, code: 'NoSuchUpload' });
    expect(await complete('other', uploadId, parts)).to.include({ status: 404, code: 'NoSuchUpload' });
    expect(await sendPart('k', uploadId, 3, one)).to.include({ status: 404, code: 'NoSuchUpload' });
    expect(await abort('k', uploadId)).to.include({ status: 404, code: 'NoSuchUpload' });
    expect((await contentOf('k'))?.toString()).to.equal('onetwo');
  });

  it('gives an upload up for good', async () => {
    const body = Buffer.from('one');
    const uploadId = await begin('k');
    await sendPart('k', uploadId, 1, body);
    const spool = await spoolOf(uploadId);
    expect((await abort('k', uploadId)).status).to.equal(204);
    expect(await complete('k', uploadId, [[1, body]])).to.include({ status: 404, code: 'NoSuchUpload' });
    expect(await contentOf('k')).to.equal(undefined);
    expect((await readdir(join(spool, '..'))).length).to.equal(0);
  });

  it('says that it is too late to give an upload up whose object is written', async () => {
    const other = await startGateway({
      minPartBytes: 0,
      stores: {
        demo: {
          ...driver,
          write: {
            ...driver.write,
            // Past the point where it could be stopped.
            put: async (request, { signal }) => {
              await new Promise((resolve) => signal?.addEventListener('abort', resolve));
              return driver.write.put(request, {});
            },
          },
        },
      },
      credentials: [KEYS],
    });
    const before = gateway;
    gateway = other;
    try {
      const uploadId = await begin('k');
      await sendPart('k', uploadId, 1, Buffer.from('one'));
      const completed = complete('k', uploadId, [[1, Buffer.from('one')]]);
      let refused = await complete('k', uploadId, [[2, Buffer.from('x')]]);
      while (refused.code === 'InvalidPart') refused = await complete('k', uploadId, [[2, Buffer.from('x')]]);
      // One at a time.
      expect(refused).to.include({ status: 409, code: 'OperationAborted' });
      expect(await abort('k', uploadId)).to.include({ status: 404, code: 'NoSuchUpload' });
      expect((await completed).status).to.equal(200);
      expect((await contentOf('k'))?.toString()).to.equal('one');
    } finally {
      gateway = before;
      await other.close();
    }
  });

  it('keeps the files of a part that is sent again to one', async () => {
    const uploadId = await begin('k');
    for (const text of ['one', 'another', 'one']) await sendPart('k', uploadId, 1, Buffer.from(text));
    expect(await readdir(await spoolOf(uploadId))).to.have.length(1);
    expect(await complete('k', uploadId, [[1, Buffer.from('another')]])).to.include({ code: 'InvalidPart' });
    expect((await complete('k', uploadId, [[1, Buffer.from('one')]])).status).to.equal(200);
  });

  it('does not join a part that is not what was sent any more', async () => {
    const parts: PartList = [
      [1, Buffer.alloc(PART_BYTES, 'a')],
      [2, Buffer.alloc(PART_BYTES, 'b')],
    ];
    const spoil: Readonly<Record<string, (file: string) => Promise<void>>> = {
      shorter: (file) => truncate(file, 10),
      gone: (file) => rm(file),
      other: (file) => writeFile(file, Buffer.alloc(PART_BYTES, 'c')),
    };
    for (const [how, touch] of Object.entries(spoil)) {
      const uploadId = await begin(how);
      for (const [number, body] of parts) await sendPart(how, uploadId, number, body);
      const spool = await spoolOf(uploadId);
      const file = (await readdir(spool)).find((name) => name.startsWith('2-')) ?? '';
      await touch(join(spool, file));
      expect((await complete(how, uploadId, parts)).status, how).to.be.at.least(500);
      expect(await contentOf(how), how).to.equal(undefined);
      // The upload is still there, and the part can be sent once more.
      await sendPart(how, uploadId, 2, Buffer.alloc(PART_BYTES, 'b'));
      expect((await complete(how, uploadId, parts)).status, how).to.equal(200);
    }
  });
});

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}
