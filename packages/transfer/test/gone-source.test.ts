import { mkdirSync, renameSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectStore } from '@store/core';
import { copyPrefix, syncPrefix, type SyncPrefixOptions, type TransferReport } from '@store/transfer';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { expectClosedBooks } from './books.js';
import { contentsOf } from './contents.js';
import { open } from './open.js';
import { wrappedMemory } from './wrapped-memory.js';

describe('a source that goes away in the middle of a sync', () => {
  let directory = '';
  let local: ObjectStore;
  let onList: (listing: number) => void = () => undefined;
  let listings = 0;
  const { store } = wrappedMemory((driver) => ({
    list: {
      ...driver.list,
      page: (request, call) => {
        onList(++listings);
        return driver.list.page(request, call);
      },
    },
  }));
  const target = { store, prefix: 't/' };
  const root = (): string => join(directory, 'disk');
  const sync = (options: SyncPrefixOptions): Promise<TransferReport> =>
    syncPrefix({ store: local, prefix: '' }, target, { delete: true, ...options });
  /** As of a disk: its mount point is there, and empty. */
  const unmount = (): void => {
    renameSync(root(), join(directory, 'away'));
    mkdirSync(root());
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'transfer-gone-'));
    await mkdir(root());
    for (const name of ['b', 'c', 'd']) await writeFile(join(root(), name), name);
    local = await open({ provider: 'files', root: root(), fsync: false });
    await store.deletePrefix('t/');
    await sync({});
    for (const key of ['t/a-gone', 't/z-gone']) await store.put(key, 'only here');
    listings = 0;
  });
  afterEach(async () => {
    onList = () => undefined;
    await local.close();
    await rm(directory, { recursive: true, force: true });
  });

  const left = async (): Promise<string[]> => Object.keys(await contentsOf(store, 't/'));

  it('costs the target nothing, and is no success', async () => {
    await writeFile(join(root(), 'e'), 'new');
    for (const force of [false, true]) {
      const report = await sync({ force, maxDelete: 100, onTransferred: unmount });
      expectClosedBooks(report);
      expect(report).to.deep.include({ copied: 1, complete: false, deletion: null });
      expect(report.warnings.join()).to.match(/no longer has what it was listed with.*sync again/);
      expect(await left()).to.include.members(['a-gone', 'b', 'c', 'd', 'e', 'z-gone']);
      await rm(root(), { recursive: true });
      await rename(join(directory, 'away'), root());
      await store.delete('t/e');
    }
    const again = await sync({});
    expect(again).to.deep.include({ copied: 1, complete: true });
    expect(await left()).to.have.members(['b', 'c', 'd', 'e']);
  });

  it('costs the target nothing when it goes after the first look', async () => {
    onList = (listing) => {
      if (listing === 2) unmount();
    };
    const report = await sync({ force: true });
    expectClosedBooks(report);
    expect(report).to.deep.include({ same: 3, extra: 2, complete: false });
    expect(report.deletion).to.deep.include({ deleted: 0 });
    expect(report.warnings.join()).to.match(/no longer has what it was listed with/);
    expect(await left()).to.include.members(['a-gone', 'b', 'c', 'd', 'z-gone']);
  });

  it('leaves a copy incomplete, whose listing then ended as that of an emptied one', async () => {
    const copy = (): Promise<TransferReport> =>
      copyPrefix({ store: local, prefix: '' }, { store, prefix: 'copy/' });
    const whole = await copy();
    expect(whole).to.deep.include({ copied: 3, complete: true, warnings: [] });
    let isGone = false;
    const report = await copyPrefix(
      { store: local, prefix: '' },
      { store, prefix: 'copy/' },
      {
        concurrency: 1,
        onTransferred: ({ from }) => {
          if (from !== 'd' || isGone) return;
          isGone = true;
          unmount();
        },
      },
    );
    expectClosedBooks(report);
    expect(report).to.deep.include({ copied: 3, failed: 0, complete: false });
    expect(report.warnings.join()).to.match(/no longer has what it was listed with.*begin again/);
  });

  it('is not taken for one in which the last objects were deleted', async () => {
    await writeFile(join(root(), 'e'), 'new');
    const report = await sync({ onTransferred: () => renameSync(join(root(), 'e'), join(directory, 'e')) });
    expect(report).to.deep.include({ copied: 1, complete: true });
    expect(await left()).to.have.members(['b', 'c', 'd']);
  });
});
