import { StoreError } from '@store/core';
import { moveKeys, movePrefix, syncPrefix, type TransferFailure } from '@store/transfer';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { expectClosedBooks } from './books.js';
import { wrappedMemory } from './wrapped-memory.js';

/** A store in which keys with `locked` in them are not deleted. */
function withLocks() {
  return wrappedMemory((driver) => ({
    batch: undefined,
    delete: {
      ...driver.delete,
      one: (target, call) => {
        if (!target.key.includes('locked')) return driver.delete.one(target, call);
        throw new StoreError('AccessDenied', 'it is locked', { key: target.key, operation: 'delete' });
      },
    },
  })).store;
}

describe('what a transfer has not deleted', () => {
  it('is told of, beside what was not copied: of moves', async () => {
    const source = withLocks();
    const target = wrappedMemory().store;
    for (const key of ['a', 'locked-1', 'z/locked-2']) await source.put(`s/${key}`, key);
    const failures: TransferFailure[] = [];
    const onFailure = (failure: TransferFailure) => void failures.push(failure);
    const moved = await movePrefix(
      { store: source, prefix: 's/' },
      { store: target, prefix: '' },
      { onFailure },
    );
    expectClosedBooks(moved);
    expect(moved).to.deep.include({ copied: 3, failed: 0, complete: false });
    const denied = (key: string) => ({
      key,
      code: 'AccessDenied',
      message: 'it is locked',
      undeletedAt: 'source',
    });
    const told = (): unknown[] => JSON.parse(JSON.stringify(failures.splice(0))) as unknown[];
    expect(told()).to.have.deep.members([denied('s/locked-1'), denied('s/z/locked-2')]);
    await moveKeys(source, target, [['s/locked-1', 'x']], { onFailure });
    expect(told()).to.deep.equal([denied('s/locked-1')]);
  });

  it('is told of where an object changed after it was copied', async () => {
    const { store: source } = wrappedMemory((driver) => ({ delete: { ...driver.delete, ifMatch: false } }));
    await source.put('s/a', 'one');
    const failures: TransferFailure[] = [];
    const report = await movePrefix(
      { store: source, prefix: 's/' },
      {
        store: wrappedMemory((driver) => ({
          write: {
            ...driver.write,
            put: async (request, call) => {
              const written = await driver.write.put(request, call);
              await source.put('s/a', 'another');
              return written;
            },
          },
        })).store,
        prefix: '',
      },
      { onFailure: (failure) => void failures.push(failure) },
    );
    expect(report).to.include({ complete: false });
    expect(failures).to.deep.equal([
      {
        key: 's/a',
        code: 'Conflict',
        message: 'it changed after it was copied; it stays at the source',
        undeletedAt: 'source',
      },
    ]);
  });

  it('is told of, of syncs that delete', async () => {
    const source = wrappedMemory().store;
    const target = withLocks();
    await source.put('s/a', 'x');
    for (const key of ['locked', 'other']) await target.put(`t/${key}`, key);
    const failures: TransferFailure[] = [];
    const report = await syncPrefix(
      { store: source, prefix: 's/' },
      { store: target, prefix: 't/' },
      { delete: true, onFailure: (failure) => void failures.push(failure) },
    );
    expect(report).to.deep.include({ failed: 0, complete: false });
    expect(failures.map(({ key, undeletedAt }) => [key, undeletedAt])).to.deep.equal([
      ['t/locked', 'target'],
    ]);
  });
});
