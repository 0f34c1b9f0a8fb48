import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { openDriver, StoreError, type StoreDriver } from '@store/core';
import { fs } from '@store/fs';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';

const ROUNDS = 60;

describe('fs: changes on condition of an ETag', () => {
  let root: string;
  /** Two of one process, over one directory. */
  let drivers: readonly [StoreDriver, StoreDriver];
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'store-fs-'));
    const open = (): StoreDriver => openDriver({ provider: 'fs', root, fsync: false }, { adapters: [fs] });
    drivers = [open(), open()];
  });
  afterEach(async () => {
    for (const driver of drivers) await driver.close();
    await rm(root, { recursive: true, force: true });
  });

  const write = async (driver: StoreDriver, text: string, ifMatch?: string): Promise<string> =>
    (await driver.write.put({ key: 'k', body: Buffer.from(text), ifMatch }, {})).etag ?? '';
  const textIn = async (): Promise<string | undefined> =>
    drivers[0].read.get({ key: 'k' }, {}).then(
      async ({ body }) => (await buffer(body)).toString(),
      () => undefined,
    );
  /** The code of what it failed with; `done`. */
  const outcome = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => (error instanceof StoreError ? error.code : String(error)),
    );

  it('count as writers do that ask again: none is lost', async () => {
    const [one, other] = drivers;
    await write(one, '0');
    const count = async (driver: StoreDriver): Promise<void> => {
      for (let done = 0; done < ROUNDS;) {
        const { info, body } = await driver.read.get({ key: 'k' }, {});
        const next = Number((await buffer(body)).toString()) + 1;
        const said = await outcome(write(driver, String(next), info.etag));
        expect(said).to.be.oneOf(['done', 'PreconditionFailed']);
        if (said === 'done') done++;
      }
    };
    await Promise.all([count(one), count(other), count(one), count(other)]);
    expect(await textIn()).to.equal(String(4 * ROUNDS));
  });

  it('are made of nothing that was deleted, put aside or replaced in the same moment', async () => {
    const [one, other] = drivers;
    const batch = other.batch?.delete;
    const putAside = other.trash?.put;
    if (!batch || !putAside) throw new Error('a directory has both');
    const rivals: readonly (() => Promise<unknown>)[] = [
      () => other.delete.one({ key: 'k' }, {}),
      () => batch([{ key: 'k' }], {}),
      () => putAside({ bin: 'bin', targets: [{ key: 'k' }] }, {}),
    ];
    for (let round = 0; round < ROUNDS; round++) {
      const before = await write(one, `old ${round}`);
      const rival = rivals[round % rivals.length] ?? rivals[0];
      const [said] = await Promise.all([outcome(write(one, `new ${round}`, before)), rival?.()]);
      // Whichever came first, the delete was of what was there: the write before it, or the write fails.
      expect(said).to.be.oneOf(['done', 'NotFound']);
      expect(await textIn()).to.equal(undefined);
    }
  });

  it('delete what was looked at, and nothing newer', async () => {
    const [one, other] = drivers;
    for (let round = 0; round < ROUNDS; round++) {
      const before = await write(one, `old ${round}`);
      const [deleted] = await Promise.all([
        outcome(other.delete.one({ key: 'k', ifMatch: before }, {})),
        write(one, `new ${round}`),
      ]);
      expect(deleted).to.be.oneOf(['done', 'PreconditionFailed']);
      expect(await textIn()).to.equal(`new ${round}`);
    }
    const gone = await write(one, 'gone');
    await one.delete.one({ key: 'k' }, {});
    expect(await outcome(write(one, 'x', gone))).to.equal('NotFound');
    expect(await outcome(one.delete.one({ key: 'k', ifMatch: gone }, {}))).to.equal('NotFound');
  });
}).timeout(30_000);
