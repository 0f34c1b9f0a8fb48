import { Readable } from 'node:stream';
import { errorOf } from '@store/conformance';
import { createObjectStore, openStore, StoreError, type PutProgress } from '@store/core';
import { memory } from '@store/memory';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { UploadDriver } from './upload-driver.js';

const LIMITS = { minPartBytes: 1, maxPartBytes: 1000, maxParts: 10 };
const retry = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 2 };

describe('onProgress of put', () => {
  it('counts a part once, however often it was sent, and one that had arrived', async () => {
    const driver = new UploadDriver(LIMITS);
    const store = createObjectStore(driver, { retry });
    driver.failFrom = 3;
    const counts: number[] = [];
    const onProgress = ({ bytes }: PutProgress): void => void counts.push(bytes);
    const body = (): Readable => Readable.from([Buffer.alloc(25, 1)]);
    await errorOf(store.put('k', body(), { partBytes: 10, resume: true, onProgress }), 'AccessDenied');
    expect(counts).to.deep.equal([10, 20]);
    driver.failFrom = Infinity;
    counts.length = 0;
    const { part } = driver.multipart;
    let lost = true;
    Object.assign(driver.multipart, {
      part: async (...args: Parameters<typeof part>) => {
        const etag = await part(...args);
        if (lost) {
          lost = false;
          throw new StoreError('Unavailable', 'the answer was lost');
        }
        return etag;
      },
    });
    await store.put('k', body(), { partBytes: 10, resume: true, onProgress });
    expect(counts).to.deep.equal([10, 20, 25]);
    expect(driver.sent).to.deep.equal([1, 2, 3, 3]);
  });

  it('ends the put with what it throws', async () => {
    const driver = new UploadDriver(LIMITS);
    const onProgress = (): never => {
      throw new Error('enough');
    };
    const put = createObjectStore(driver, { retry }).put('k', Buffer.alloc(25), {
      partBytes: 10,
      onProgress,
    });
    expect((await errorOf(put, 'Internal')).reason).to.equal('enough');
    expect(driver).to.include({ aborted: true, completed: undefined });
  });
});

describe('contentTypeOf', () => {
  it('says what is put under a key without a type of its own', async () => {
    const contentTypeOf = (key: string): string | false => key.endsWith('.css') && 'text/css';
    const store = await openStore({ provider: 'memory' }, { adapters: [memory], contentTypeOf });
    const typeOf = async (...put: Parameters<typeof store.put>): Promise<string | undefined> => {
      await store.put(...put);
      return (await store.head(put[0])).contentType;
    };
    expect(await typeOf('a.css', 'x')).to.equal('text/css');
    expect(await typeOf('a.css', new Blob(['x'], { type: 'text/x' }))).to.equal('text/x');
    expect(await typeOf('a.css', 'x', { contentType: 'text/y' })).to.equal('text/y');
    expect(await typeOf('a.bin', 'x')).to.equal('application/octet-stream');
  });
});
