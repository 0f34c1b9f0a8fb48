import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { errorOf } from '@store/conformance';
import { createObjectStore, StoreError, type PartLimits } from '@store/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { UploadDriver } from './upload-driver.js';

const KIB = 1024;
const LIMITS: PartLimits = { minPartBytes: 10, maxPartBytes: 1000, maxParts: 20 };

/** Bytes that differ from place to place, made as they are read. */
async function* bytesOf(length: number, chunk = 64 * KIB): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < length; at += chunk) {
    yield Uint8Array.from(
      { length: Math.min(chunk, length - at) },
      (_, i) => ((at + i) * 31 + ((at + i) >> 8)) % 256,
    );
  }
}

const stream = (length: number, chunk?: number): Readable =>
  Readable.from(bytesOf(length, chunk), { objectMode: false });

function storeOf(limits: PartLimits) {
  const driver = new UploadDriver(limits);
  return { driver, store: createObjectStore(driver) };
}

const sum = (sizes: readonly number[]): number => sizes.reduce((a, b) => a + b, 0);

/** What a stream may have at most: said apart from the code, by the sizes themselves. */
const SIZES = [
  ...Array.from({ length: 10 }, () => 10),
  20,
  40,
  80,
  160,
  320,
  640,
  ...Array.from({ length: 4 }, () => 1000),
];

describe('the parts of a put', () => {
  it('keep their size for half of them, and grow from there', async () => {
    const { driver, store } = storeOf(LIMITS);
    await store.put('k', stream(sum(SIZES)), { partBytes: 10 });
    expect(driver.completed).to.deep.equal(SIZES);
    const shorter = storeOf(LIMITS);
    await shorter.store.put('k', stream(125), { partBytes: 10 });
    expect(shorter.driver.completed).to.deep.equal([...SIZES.slice(0, 11), 5]);
  });

  it('take thirty times what equal ones of the same size would', async () => {
    const limits = { minPartBytes: 1, maxPartBytes: 1024 * KIB, maxParts: 100 };
    const { driver, store } = storeOf(limits);
    const length = 100 * KIB * 30;
    await store.put('k', stream(length), { partBytes: KIB });
    expect(sum(driver.completed ?? [])).to.equal(length);
    expect(driver.completed?.length).to.be.at.most(100);
  });

  it('of any stream stay within the limits, or the put is refused', async () => {
    const limits = fc
      .record({
        min: fc.integer({ min: 1, max: 20 }),
        more: fc.integer({ min: 0, max: 500 }),
        maxParts: fc.integer({ min: 1, max: 60 }),
      })
      .map(({ min, more, maxParts }) => ({ minPartBytes: min, maxPartBytes: min + more, maxParts }));
    await fc.assert(
      fc.asyncProperty(
        limits,
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 0, max: 8000 }),
        fc.integer({ min: 1, max: 300 }),
        fc.boolean(),
        async (multipart, partBytes, length, chunk, known) => {
          const { driver, store } = storeOf(multipart);
          const body = known ? new Blob([await buffer(stream(length))]) : stream(length, chunk);
          const error = await store.put('k', body, { partBytes }).catch((thrown: unknown) => thrown);
          const { minPartBytes, maxPartBytes, maxParts } = multipart;
          const first = Math.min(Math.max(partBytes, minPartBytes), maxPartBytes);
          if (error instanceof StoreError) {
            expect(error.message).to.include('set a larger partBytes');
            // A body of known length goes up whenever it can at all, another one at least as far as equal parts would.
            expect(length).to.be.above((known ? maxPartBytes : first) * maxParts);
            expect(driver.aborted).to.equal(true);
            expect(driver.completed).to.equal(undefined);
            return;
          }
          const sizes = driver.completed ?? [driver.whole ?? -1];
          expect(sum(sizes)).to.equal(length);
          if (!driver.completed) return;
          expect(sizes.length).to.be.at.most(maxParts);
          expect(Math.max(...sizes)).to.be.at.most(maxPartBytes);
          for (const size of sizes.slice(0, -1)) expect(size).to.be.at.least(minPartBytes);
          if (known) expect(new Set(sizes.slice(0, -1)).size).to.be.at.most(1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are as large as they have to be, and alike, when the length is known', async () => {
    const { driver, store } = storeOf(LIMITS);
    const bytes = await buffer(stream(4001));
    for (const body of [bytes, new Blob([bytes])]) {
      await store.put('k', body, { partBytes: 10 });
      expect(driver.completed).to.deep.equal([...Array.from({ length: 19 }, () => 201), 182]);
    }
  });

  it('never grow where the service wants equal ones, and the put says so', async () => {
    const { driver, store } = storeOf({ ...LIMITS, equalParts: true });
    const error = await errorOf(store.put('k', stream(201), { partBytes: 10 }));
    expect(error).to.include({ code: 'InvalidArgument', operation: 'put', key: 'k' });
    expect(error.message).to.match(/more than 20 parts.*set a larger partBytes/);
    expect(driver.aborted).to.equal(true);
    await store.put('k', stream(200), { partBytes: 10 });
    expect(driver.completed).to.deep.equal(Array.from({ length: 20 }, () => 10));
  });

  it('are as many at once as memory has room for: fewer when they have grown', async () => {
    const { driver, store } = storeOf({ ...LIMITS, maxPartBytes: 100_000 });
    await store.put('k', stream(sum([...SIZES.slice(0, 16), 1280, 2560, 5120])), { partBytes: 10 });
    expect(driver.completed?.slice(-3)).to.deep.equal([1280, 2560, 5120]);
    // The last part alone is more than the 320 bytes that go at once.
    expect(driver.mostBytesInFlight).to.equal(5120);
    const small = storeOf(LIMITS);
    await small.store.put('k', stream(99), { partBytes: 10 });
    expect(small.driver.mostBytesInFlight).to.equal(30);
  });

  it('are cut in the same places by the put that goes on', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 21, max: sum(SIZES) }),
        fc.integer({ min: 1, max: 20 }),
        fc.tuple(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 })),
        async (length, failFrom, [chunk, otherChunk]) => {
          const { driver, store } = storeOf(LIMITS);
          driver.failFrom = failFrom;
          const put = (pieces: number) =>
            store.put('k', stream(length, pieces), { partBytes: 10, resume: true });
          await put(chunk).catch((thrown: unknown) => expect(thrown).to.include({ code: 'AccessDenied' }));
          const arrived = [...driver.sent];
          driver.failFrom = Infinity;
          driver.sent.splice(0);
          if (!driver.completed) await put(otherChunk);
          expect(sum(driver.completed ?? [])).to.equal(length);
          // What had arrived was not sent again.
          expect(driver.sent.filter((number) => arrived.includes(number))).to.deep.equal([]);
          const etags = Array.from(driver.parts.values(), ({ etag }) => etag);
          expect(new Set(etags).size).to.be.at.least(Math.min(2, etags.length));
        },
      ),
      { numRuns: 100 },
    );
  });

  it('make up the body, in order', async () => {
    const { driver, store } = storeOf(LIMITS);
    await store.put('k', stream(3000, 77), { partBytes: 10 });
    const bytes = await buffer(stream(3000));
    let at = 0;
    for (const [number, { size, etag }] of [...driver.parts].sort(([a], [b]) => a - b)) {
      const expected = createHash('md5')
        .update(bytes.subarray(at, at + size))
        .digest('hex');
      expect(etag, `part ${number}`).to.equal(`"${expected}"`);
      at += size;
    }
    expect(at).to.equal(3000);
  });
});
