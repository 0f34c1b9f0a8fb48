import { Readable } from 'node:stream';
import type { MultipartFacet, UploadInfo, UploadsFacet } from '@store/core';
import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import { inByteOrder } from '../suite-context.js';
import { CALL, bytesOf, expectRefusal, isThere, type DriverContext } from './driver-context.js';

/** Parts as small as the service takes them. */
function partOf({ minPartBytes }: MultipartFacet, fill: number): Buffer {
  return Buffer.alloc(Math.max(minPartBytes, 100), fill);
}

export function uploadTests({ testFacet }: DriverContext): void {
  testFacet('multipart', 'joins parts, and shows nothing before', async (multipart, { driver, prefix }) => {
    const key = `${prefix}k +%数`;
    const attributes = { contentType: 'text/x', metadata: { a: 'b' } };
    const uploadId = await multipart.create({ key, ...attributes }, CALL);
    const bodies = [partOf(multipart, 1), partOf(multipart, 2), Buffer.from('the end')];
    const parts: { partNumber: number; etag: string }[] = [];
    for (const [i, body] of bodies.entries()) {
      const partNumber = i + 1;
      const etag = await multipart.part({ key, uploadId, partNumber, body }, CALL);
      parts.push({ partNumber, etag });
    }
    expect(await isThere(driver, key)).to.equal(false);
    const written = await multipart.complete({ key, uploadId, parts }, CALL);
    expect(written.key).to.equal(key);
    const whole = Buffer.concat(bodies);
    const head = await driver.read.head({ key }, CALL);
    expect(head).to.deep.include({ ...attributes, size: whole.length });
    if (written.etag !== undefined) expect(head.etag).to.equal(written.etag);
    expect(whole.equals(await bytesOf(driver, key))).to.equal(true);
  });

  testFacet(
    'multipart',
    'sends parts that are not in memory',
    async (multipart, { driver, prefix, skip }) => {
      const { keptPart } = multipart;
      if (!keptPart) return skip('this driver takes parts from memory alone');
      const key = `${prefix}k`;
      const uploadId = await multipart.create({ key }, CALL);
      const bodies = [partOf(multipart, 1), Buffer.from('the end')];
      const parts: { partNumber: number; etag: string }[] = [];
      for (const [i, bytes] of bodies.entries()) {
        const partNumber = i + 1;
        const middle = Math.floor(bytes.length / 2);
        const pieces = [bytes.subarray(0, middle), bytes.subarray(middle)];
        const body = { size: bytes.length, open: () => Readable.from(pieces, { objectMode: false }) };
        parts.push({ partNumber, etag: await keptPart({ key, uploadId, partNumber, body }, CALL) });
      }
      await multipart.complete({ key, uploadId, parts }, CALL);
      expect(Buffer.concat(bodies).equals(await bytesOf(driver, key))).to.equal(true);
      // One that cannot be read, or is shorter than was said, is no part.
      const other = await multipart.create({ key }, CALL);
      const broken = () =>
        new Readable({
          read() {
            this.destroy(new Error('the disk is gone'));
          },
        });
      for (const open of [broken, () => Readable.from(['short'], { objectMode: false })]) {
        const sent = keptPart({ key, uploadId: other, partNumber: 1, body: { size: 1000, open } }, CALL);
        await errorOf(sent);
      }
      expect((await multipart.parts({ key, uploadId: other, maxParts: 10 }, CALL)).parts).to.deep.equal([]);
      await multipart.abort({ key, uploadId: other }, CALL);
    },
  );

  testFacet('multipart', 'names the parts that have arrived, page by page', async (multipart, given) => {
    const key = `${given.prefix}k`;
    const uploadId = await multipart.create({ key }, CALL);
    const sent: { partNumber: number; size: number; etag: string }[] = [];
    for (const partNumber of [1, 2, 3]) {
      const body = partOf(multipart, partNumber);
      await multipart.part({ key, uploadId, partNumber, body: partOf(multipart, 0) }, CALL);
      // The second one replaces the first.
      const etag = await multipart.part({ key, uploadId, partNumber, body }, CALL);
      sent.push({ partNumber, size: body.length, etag });
    }
    for (const maxParts of [1, 2, 100]) {
      const seen: { partNumber: number; size: number; etag: string }[] = [];
      let token: string | undefined;
      for (let pages = 0; pages < 10; pages++) {
        const page = await multipart.parts({ key, uploadId, token, maxParts }, CALL);
        expect(page.parts.length).to.be.at.most(maxParts);
        for (const { lastModified = new Date() } of page.parts)
          expect(Math.abs(Date.now() - lastModified.getTime()), 'when it came').to.be.below(86_400_000);
        seen.push(...page.parts.map(({ partNumber, size, etag }) => ({ partNumber, size, etag })));
        if (!page.truncated) break;
        token = page.nextToken;
      }
      expect(seen, `pages of ${maxParts}`).to.deep.equal(sent);
    }
    await multipart.abort({ key, uploadId }, CALL);
  });

  testFacet('multipart', 'copies ranges into parts, both ends inclusive', async (multipart, given) => {
    const { driver, prefix } = given;
    const [from, key] = [`${prefix}from +%数`, `${prefix}to`];
    const body = Buffer.concat([partOf(multipart, 1), Buffer.from('0123456789')]);
    const { etag: ifMatch } = await driver.write.put({ key: from, body }, CALL);
    const uploadId = await multipart.create({ key }, CALL);
    const middle = body.length - 10;
    const parts: { partNumber: number; etag: string }[] = [];
    for (const [partNumber, start, end] of [
      [1, 0, middle - 1],
      [2, middle + 2, middle + 4],
    ] as const) {
      const request = { key, uploadId, partNumber, from, range: { start, end }, ifMatch };
      parts.push({ partNumber, etag: await multipart.copyPart(request, CALL) });
    }
    await multipart.complete({ key, uploadId, parts }, CALL);
    const expected = Buffer.concat([body.subarray(0, middle), Buffer.from('234')]);
    expect(expected.equals(await bytesOf(driver, key))).to.equal(true);
  });

  testFacet('multipart', 'keeps two uploads of one key apart, and gives one up', async (multipart, given) => {
    const { driver, prefix } = given;
    const key = `${prefix}k`;
    const [one, other] = [await multipart.create({ key }, CALL), await multipart.create({ key }, CALL)];
    expect(one).not.to.equal(other);
    const send = (uploadId: string, text: string): Promise<string> =>
      multipart.part({ key, uploadId, partNumber: 1, body: Buffer.from(text) }, CALL);
    await send(other, 'other');
    const etag = await send(one, 'one');
    await multipart.abort({ key, uploadId: other }, CALL);
    await multipart.abort({ key, uploadId: other }, CALL);
    await expectRefusal(driver, send(other, 'again'), 'NotFound');
    await multipart.complete({ key, uploadId: one, parts: [{ partNumber: 1, etag }] }, CALL);
    expect((await bytesOf(driver, key)).toString()).to.equal('one');
  });

  testFacet('multipart', 'makes no object of parts that are not there', async (multipart, given) => {
    const key = `${given.prefix}k`;
    const uploadId = await multipart.create({ key }, CALL);
    await multipart.part({ key, uploadId, partNumber: 1, body: Buffer.from('x') }, CALL);
    const parts = [{ partNumber: 1, etag: '"00000000000000000000000000000000"' }];
    await errorOf(multipart.complete({ key, uploadId, parts }, CALL));
    expect(await isThere(given.driver, key)).to.equal(false);
    await multipart.abort({ key, uploadId }, CALL);
  });

  testFacet('uploads', 'lists incomplete uploads page by page, and gives them up', async (uploads, given) => {
    const { driver, prefix, skip } = given;
    if (!driver.multipart) return skip('this driver cannot begin uploads');
    const names = ['a', 'b/1', 'b/2 +%数', 'b/2 +%数', 'c'];
    const begun: string[] = [];
    for (const name of names) {
      begun.push(`${name} ${await driver.multipart.create({ key: prefix + name }, CALL)}`);
    }
    const nameOf = ({ key, uploadId }: UploadInfo): string => `${key.slice(prefix.length)} ${uploadId}`;
    for (const maxUploads of [1, 2, 100]) {
      const seen = (await uploadsIn(uploads, prefix, maxUploads)).map(nameOf);
      expect(inByteOrder(seen), `pages of ${maxUploads}`).to.deep.equal(inByteOrder(begun));
    }
    const some = await uploadsIn(uploads, `${prefix}b/`, 100);
    expect(some.map(nameOf)).to.have.members(begun.slice(1, 4));
    for (const upload of [...some, ...some]) await uploads.abort(upload, CALL);
    expect((await uploadsIn(uploads, prefix, 100)).map(nameOf)).to.have.members(
      begun.filter((_, i) => i === 0 || i === 4),
    );
  });
}

async function uploadsIn(uploads: UploadsFacet, prefix: string, maxUploads: number): Promise<UploadInfo[]> {
  const found: UploadInfo[] = [];
  let token: string | undefined;
  for (let pages = 0; pages < 20; pages++) {
    const page = await uploads.page({ prefix, token, maxUploads }, CALL);
    // Where a service repeats the upload that a page begins after, a driver has to ask for two.
    expect(page.uploads.length).to.be.at.most(Math.max(maxUploads, 2));
    found.push(...page.uploads);
    if (!page.truncated) break;
    token = page.nextToken;
  }
  return found;
}
