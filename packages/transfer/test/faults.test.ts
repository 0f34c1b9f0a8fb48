import { errorOf } from '@store/conformance';
import { StoreError, type ObjectInfo } from '@store/core';
import { copyPrefix, movePrefix, syncPrefix, TransferError, type TransferFailure } from '@store/transfer';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { expectClosedBooks } from './books.js';
import { contentsOf, noise } from './contents.js';
import { changedBody, cutBody, reading, wrappedMemory } from './wrapped-memory.js';

const SIZES = { small: 1000, 'by parts': 10_000 };

describe('a transfer that meets faults', () => {
  for (const [name, size] of Object.entries(SIZES)) {
    const options = { partBytes: 4096 };

    it(`reads again what was cut off: ${name}`, async () => {
      const { store } = wrappedMemory(
        reading(async (request, get, nth) => (nth <= 2 ? cutBody(await get(request)) : get(request))),
      );
      await store.put('a/x', noise(size));
      const to = wrappedMemory().store;
      const report = await copyPrefix({ store, prefix: 'a/' }, { store: to, prefix: '' }, options);
      expect(report).to.deep.include({ copied: 1, complete: true, bytes: size });
      expect(await contentsOf(to)).to.deep.equal(await contentsOf(store, 'a/'));
    });

    it(`does not count what is always cut off, nor leave it: ${name}`, async () => {
      const { store } = wrappedMemory(
        reading(async (request, get) => (request.key === 'a/x' ? cutBody(await get(request)) : get(request))),
      );
      await store.put('a/x', noise(size));
      await store.put('a/y', 'fine');
      const to = wrappedMemory().store;
      await to.put('x', 'old');
      const failures: TransferFailure[] = [];
      const report = await copyPrefix(
        { store, prefix: 'a/' },
        { store: to, prefix: '' },
        {
          ...options,
          onFailure: (failure) => void failures.push(failure),
        },
      );
      expectClosedBooks(report);
      expect(report).to.deep.include({ copied: 1, failed: 1, complete: false });
      expect(failures).to.have.length(1);
      expect(failures[0]).to.deep.include({ key: 'a/x', code: 'Unavailable' });
      expect(await (await to.get('x')).text()).to.equal('old');
    });

    it(`ends too early without an error: ${name}`, async () => {
      const { store } = wrappedMemory(
        reading(async (request, get) => changedBody(await get(request), (bytes) => bytes.subarray(1))),
      );
      await store.put('a/x', noise(size));
      const to = wrappedMemory().store;
      const report = await copyPrefix({ store, prefix: 'a/' }, { store: to, prefix: '' }, options);
      expect(report.failures.byCode).to.deep.equal({ Corrupt: 1 });
      expect(report.failures.sample[0]?.message).to.match(/ended after \d+ of \d+ bytes/);
      expect(await contentsOf(to)).to.deep.equal({});
    });

    it(`notices wrong bytes, and reads again: ${name}`, async () => {
      for (const always of [false, true]) {
        const { store } = wrappedMemory(
          reading(async (request, get, nth) => {
            const result = await get(request);
            if (!always && nth > 1) return result;
            return changedBody(result, (bytes) => {
              bytes[7] = (bytes[7] ?? 0) ^ 1;
              return bytes;
            });
          }),
        );
        await store.put('a/x', noise(size));
        const to = wrappedMemory().store;
        const report = await copyPrefix({ store, prefix: 'a/' }, { store: to, prefix: '' }, options);
        expectClosedBooks(report);
        expect(report.copied, String(always)).to.equal(always ? 0 : 1);
        expect(Object.keys(await contentsOf(to))).to.deep.equal(always ? [] : ['x']);
        if (always) expect(report.failures.sample[0]).to.deep.include({ code: 'Corrupt' });
      }
    });

    it(`compares sizes alone with ignoreChecksum: ${name}`, async () => {
      const { store } = wrappedMemory(({ read }) => ({
        read: {
          head: async (request, call) => ({
            ...(await read.head(request, call)),
            etag: `"${'0'.repeat(32)}"`,
          }),
          get: async ({ ifMatch: _any, ...request }, call) => {
            const { info, body } = await read.get(request, call);
            return { info: { ...info, etag: `"${'0'.repeat(32)}"` }, body };
          },
        },
      }));
      await store.put('a/x', noise(size));
      const to = wrappedMemory().store;
      const report = await copyPrefix({ store, prefix: 'a/' }, { store: to, prefix: '' }, options);
      expect(report.failures.sample[0]?.message).to.contain('ignoreChecksum');
      const again = await copyPrefix(
        { store, prefix: 'a/' },
        { store: to, prefix: '' },
        { ...options, ignoreChecksum: true },
      );
      expect(again).to.deep.include({ copied: 1, complete: true });
    });

    it(`deletes what the target has made something else of: ${name}`, async () => {
      const { store } = wrappedMemory();
      await store.put('a/x', noise(size));
      const { store: to } = wrappedMemory(({ write, multipart }) => ({
        write: {
          ...write,
          put: async (request, call) => write.put({ ...request, body: Buffer.from('something else') }, call),
        },
        multipart: multipart && {
          ...multipart,
          part: async (request, call) => multipart.part({ ...request, body: request.body.subarray(1) }, call),
        },
      }));
      const report = await copyPrefix({ store, prefix: 'a/' }, { store: to, prefix: '' }, options);
      expect(report).to.deep.include({ copied: 0, failed: 1 });
      expect(report.failures.sample[0]).to.deep.include({ code: 'Corrupt' });
      expect(await contentsOf(to)).to.deep.equal({});
    });
  }

  for (const [name, size] of Object.entries(SIZES)) {
    it(`copies nothing that is shorter than it was listed under the same ETag: ${name}`, async () => {
      for (const kept of [0, 60]) {
        const shortened = (info: ObjectInfo) => ({ ...info, etag: '"opaque-2"', size: kept });
        const { store } = wrappedMemory(({ read, list }) => ({
          list: {
            ...list,
            page: async (request, call) => {
              const page = await list.page(request, call);
              return { ...page, objects: page.objects.map((info) => ({ ...info, etag: '"opaque-2"' })) };
            },
          },
          read: {
            head: async (request, call) => shortened(await read.head(request, call)),
            get: async ({ ifMatch: _any, ...request }, call) => {
              const { info, body } = await changedBody(await read.get(request, call), (bytes) =>
                bytes.subarray(0, kept),
              );
              return { info: shortened(info), body };
            },
          },
        }));
        await store.put('a/x', noise(size));
        const to = wrappedMemory().store;
        for (const transfer of [copyPrefix, movePrefix, syncPrefix]) {
          const report = await transfer(
            { store, prefix: 'a/' },
            { store: to, prefix: '' },
            { partBytes: 4096 },
          );
          expect(report.failures.byCode, transfer.name).to.deep.equal({ Corrupt: 1 });
          expect(report.failures.sample[0]?.message).to.match(/listed with \d+ under the same ETag/);
          expect(await contentsOf(to)).to.deep.equal({});
        }
      }
    });
  }

  it('says of what was copied alone what it was copied without, and once', async () => {
    const { store } = wrappedMemory();
    for (const key of ['a/1', 'a/2']) await store.put(key, 'x', { metadata: { of: 'mine' } });
    const { store: to } = wrappedMemory(({ write }) => ({
      write: {
        ...write,
        metadata: false,
        put: async (request, call) => {
          if (request.key === '2') throw new StoreError('Corrupt', 'always', { retryable: false });
          return write.put(request, call);
        },
      },
    }));
    const report = await copyPrefix({ store, prefix: 'a/' }, { store: to, prefix: '' });
    expect(report).to.include({ copied: 1, failed: 1 });
    expect(report.warnings).to.deep.equal(['"a/1" was copied without its metadata']);
  });

  it('moves nothing that the target does not have as it was written, and says so', async () => {
    const { store } = wrappedMemory();
    await store.put('a/x', 'the only one');
    const { store: to } = wrappedMemory(({ write, read }) => ({
      write: {
        ...write,
        put: async (request, call) => ({
          ...(await write.put(request, call)),
          etag: '"opaque"',
          size: undefined,
        }),
      },
      read: {
        ...read,
        head: async (request, call) => ({ ...(await read.head(request, call)), etag: '"x"', size: 3 }),
      },
    }));
    const report = await movePrefix({ store, prefix: 'a/' }, { store: to, prefix: '' });
    expect(report).to.deep.include({ copied: 1, complete: false, deletion: null });
    expect(report.warnings.join()).to.match(/"a\/x" stays at the source: the target no longer has/);
    expect(await (await store.get('a/x')).text()).to.equal('the only one');
  });

  it('notices that an object changes while it is read by parts, and takes the new one', async () => {
    for (const always of [false, true]) {
      const faulty = wrappedMemory(
        reading(async (request, get, nth) => {
          if (nth === 2 || always)
            await faulty.driver.write.put({ key: 'a/x', body: noise(10_000, 100 + nth) }, {});
          return get(request);
        }),
      );
      const { store } = faulty;
      await store.put('a/x', noise(10_000));
      const to = wrappedMemory().store;
      const report = await copyPrefix(
        { store, prefix: 'a/' },
        { store: to, prefix: '' },
        { partBytes: 4096 },
      );
      expect(report.copied).to.equal(always ? 0 : 1);
      if (always)
        expect(report.failures.sample[0]).to.deep.include({
          code: 'Conflict',
          message: 'it changed while it was read',
        });
      else expect(await contentsOf(to)).to.deep.equal(await contentsOf(store, 'a/'));
    }
  });

  it('notices it where the service does not hold the condition that it is sent', async () => {
    const faulty = wrappedMemory(
      reading(async ({ ifMatch: _, ...request }, get, nth) => {
        if (nth === 2) await faulty.driver.write.put({ key: 'a/x', body: noise(10_000, 100) }, {});
        return get(request);
      }),
    );
    const { store } = faulty;
    await store.put('a/x', noise(10_000));
    const to = wrappedMemory().store;
    const report = await copyPrefix({ store, prefix: 'a/' }, { store: to, prefix: '' }, { partBytes: 4096 });
    expect(report.copied).to.equal(1);
    expect(await contentsOf(to)).to.deep.equal(await contentsOf(store, 'a/'));
  });

  it('names what the target refuses, and goes on', async () => {
    const { store } = wrappedMemory();
    for (let i = 0; i < 100; i++) await store.put(`a/${i}`, 'x');
    await store.put(`a/${'l'.repeat(1000)}`, 'long');
    const { store: to } = wrappedMemory(({ write }) => ({
      write: {
        ...write,
        put: async (request, call) => {
          if (request.key.endsWith('7')) throw new StoreError('AccessDenied', 'not this one');
          return write.put(request, call);
        },
      },
    }));
    const report = await copyPrefix(
      { store, prefix: 'a/' },
      { store: to, prefix: 'much/longer/than/it/was/before/' },
    );
    expectClosedBooks(report);
    expect(report.failures.byCode).to.deep.equal({ AccessDenied: 10, InvalidArgument: 1 });
    expect(report).to.deep.include({ copied: 90, failed: 11, complete: false, aborted: false });
  });

  it('gives up when nothing works, and stops at maxFailures', async () => {
    const { store } = wrappedMemory();
    for (let i = 0; i < 500; i++) await store.put(`a/${i}`, 'x');
    let puts = 0;
    const refusing = () =>
      wrappedMemory(({ write }) => ({
        write: {
          ...write,
          put: async () => {
            puts++;
            throw new StoreError('AccessDenied', 'no');
          },
        },
      })).store;
    const error = await errorOf(
      copyPrefix({ store, prefix: 'a/' }, { store: refusing(), prefix: '' }),
      'AccessDenied',
    );
    if (!(error instanceof TransferError)) throw error;
    expectClosedBooks(error.report);
    expect(error.report.failed).to.be.within(50, 90);
    expect(puts).to.be.below(100);
    const report = await copyPrefix(
      { store, prefix: 'a/' },
      { store: refusing(), prefix: '' },
      { maxFailures: 3, concurrency: 1 },
    );
    expect(report).to.deep.include({ failed: 4, stoppedBy: 'maxFailures', aborted: true, complete: false });
  });

  it('copies what was listed before a listing broke off, and says so', async () => {
    const { store } = wrappedMemory(({ list }) => ({
      list: {
        ...list,
        page: async (request, call) => {
          if (request.token !== undefined || request.startAfter !== undefined)
            throw new StoreError('AccessDenied', 'no more');
          return list.page(request, call);
        },
      },
    }));
    for (let i = 0; i < 1500; i++) await store.put(`a/${i}`, 'x');
    const to = wrappedMemory().store;
    const error = await errorOf(
      copyPrefix({ store, prefix: 'a/' }, { store: to, prefix: '' }),
      'AccessDenied',
    );
    if (!(error instanceof TransferError)) throw error;
    expectClosedBooks(error.report);
    expect(error.report.complete).to.equal(false);
    expect(error.report.copied + error.report.skipped).to.equal(1000);
  });

  it('stops when it is told to, and lets nothing half be seen', async () => {
    const { store } = wrappedMemory();
    for (let i = 0; i < 200; i++) await store.put(`a/${i}`, noise(1000, i + 1));
    const to = wrappedMemory().store;
    const stop = new AbortController();
    let count = 0;
    const report = await copyPrefix(
      { store, prefix: 'a/' },
      { store: to, prefix: '' },
      {
        concurrency: 4,
        signal: stop.signal,
        onTransferred: () => {
          if (++count === 50) stop.abort();
        },
      },
    );
    expectClosedBooks(report);
    expect(report).to.deep.include({ aborted: true, complete: false, failed: 0, stoppedBy: null });
    expect(report.copied).to.be.within(50, 60);
    const [from, there] = [await contentsOf(store, 'a/'), await contentsOf(to)];
    for (const [key, digest] of Object.entries(there)) expect(digest).to.equal(from[key]);
  });

  it('lets a callback end the run', async () => {
    const { store } = wrappedMemory();
    for (let i = 0; i < 200; i++) await store.put(`a/${i}`, 'x');
    const throws = (): never => {
      throw new Error('enough');
    };
    const error = await errorOf(
      copyPrefix(
        { store, prefix: 'a/' },
        { store: wrappedMemory().store, prefix: '' },
        { onTransferred: throws, concurrency: 2 },
      ),
    );
    expect(error.message).to.contain('enough');
  });
});
