import { errorOf } from '@store/conformance';
import { StoreError } from '@store/core';
import { movePrefix, TransferError } from '@store/transfer';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { expectClosedBooks } from './books.js';
import { contentsOf } from './contents.js';
import { wrappedMemory } from './wrapped-memory.js';

describe('movePrefix', () => {
  it('deletes what was copied, inside of a bucket and between two', async () => {
    for (const inside of [true, false]) {
      const { store } = wrappedMemory();
      for (let i = 0; i < 1200; i++) await store.put(`a/${i}`, String(i));
      await store.put('ab', 'beside');
      const before = await contentsOf(store, 'a/');
      const to = inside ? store : wrappedMemory().store;
      const report = await movePrefix({ store, prefix: 'a/' }, { store: to, prefix: 'b/' });
      expectClosedBooks(report);
      expect(report).to.deep.include({ copied: 1200, serverSide: inside ? 1200 : 0, complete: true });
      expect(report.deletion).to.deep.include({ deleted: 1200, complete: true });
      expect(await contentsOf(to, 'b/')).to.deep.equal(before);
      expect(await contentsOf(store, 'a')).to.have.all.keys('b');
    }
  });

  it('moves from where a listing tells milliseconds and a look at one object whole seconds', async () => {
    const { store } = wrappedMemory(({ read, delete: single }) => ({
      delete: { ...single, ifMatch: false },
      read: {
        ...read,
        head: async (request, call) => {
          const { lastModified, ...info } = await read.head(request, call);
          const time = lastModified?.getTime() ?? 0;
          return { ...info, lastModified: new Date(time - (time % 1000)) };
        },
      },
    }));
    for (let i = 0; i < 20; i++) await store.put(`a/${i}`, String(i));
    const report = await movePrefix({ store, prefix: 'a/' }, { store, prefix: 'b/' });
    expect(report).to.deep.include({ copied: 20, complete: true });
    expect(Object.keys(await contentsOf(store, 'a/'))).to.deep.equal([]);
  });

  it('leaves what could not be copied, and what has changed since', async () => {
    for (const conditional of [true, false]) {
      const source = wrappedMemory((driver) => ({
        delete: conditional ? driver.delete : { ...driver.delete, ifMatch: false },
      }));
      const { store } = source;
      for (const key of ['a/1', 'a/2', 'a/3']) await store.put(key, key);
      const { store: to } = wrappedMemory(({ write }) => ({
        write: {
          ...write,
          put: async (request, call) => {
            if (request.key === '2') throw new StoreError('AccessDenied', 'not this one');
            // Somebody writes just after it was read.
            if (request.key === '3')
              await source.driver.write.put({ key: 'a/3', body: Buffer.from('newer') }, {});
            return write.put(request, call);
          },
        },
      }));
      const report = await movePrefix({ store, prefix: 'a/' }, { store: to, prefix: '' });
      expectClosedBooks(report);
      expect(report).to.deep.include({ copied: 2, failed: 1, complete: false });
      expect(Object.keys(await contentsOf(store, 'a/'))).to.deep.equal(['2', '3']);
      expect(await (await store.get('a/3')).text()).to.equal('newer');
    }
  });

  it('moves nothing in a dry run', async () => {
    const { store } = wrappedMemory();
    await store.put('a/1', '1');
    const report = await movePrefix({ store, prefix: 'a/' }, { store, prefix: 'b/' }, { dryRun: true });
    expect(report).to.deep.include({ skipped: 1, deletion: null });
    expect(Object.keys(await contentsOf(store))).to.deep.equal(['a/1']);
  });

  it('stops copying when the deletes end in an error', async () => {
    const { store } = wrappedMemory(({ batch }) => ({
      batch: batch && {
        ...batch,
        delete: async () => {
          throw new StoreError('AccessDenied', 'no deletes at all');
        },
      },
    }));
    for (let i = 0; i < 6000; i++) await store.put(`a/${i}`, '1');
    const error = await errorOf(
      movePrefix({ store, prefix: 'a/' }, { store: wrappedMemory().store, prefix: '' }),
      'AccessDenied',
    );
    if (!(error instanceof TransferError)) throw error;
    expectClosedBooks(error.report);
    expect(error.report.copied).to.be.below(6000);
    expect(Object.keys(await contentsOf(store, 'a/'))).to.have.length(6000);
  });

  it('ends, and says why, when nothing may be deleted', async () => {
    const { store } = wrappedMemory(() => ({
      batch: undefined,
      delete: {
        ifMatch: false,
        passThrough: [],
        one: async () => {
          throw new StoreError('AccessDenied', 'no deletes');
        },
      },
    }));
    for (let i = 0; i < 3000; i++) await store.put(`a/${i}`, '1');
    const outcome = await movePrefix(
      { store, prefix: 'a/' },
      { store: wrappedMemory().store, prefix: '' },
    ).catch((error: unknown) => error);
    if (outcome instanceof TransferError) expect(outcome.code).to.equal('AccessDenied');
    else expect(outcome).to.deep.include({ complete: false });
    expect(Object.keys(await contentsOf(store, 'a/'))).to.have.length(3000);
  });
}).timeout(60_000);
