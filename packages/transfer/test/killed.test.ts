import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runVictim, seededRandom } from '@store/conformance';
import type { StoreEntry } from '@store/core';
import { EACH_API, EMULATED_ENTRIES, startEmulator } from '@store/emulator';
import { syncPrefix, type TransferReport } from '@store/transfer';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { expectClosedBooks } from './books.js';
import { contentsOf, noise } from './contents.js';
import { open } from './open.js';

const VICTIM = fileURLToPath(new URL('victim.js', import.meta.url));
const KILLS = Number(process.env['SOAK'] ?? 1) > 1 ? 12 : 3;
const SMALL = 120;
/** The least that a part may have on S3 is 5 MiB. */
const LARGE_BYTES = 22 * 1024 * 1024;
const PART_BYTES = 5 * 1024 * 1024;

interface Ended {
  readonly report: TransferReport;
  /** Of physical memory. */
  readonly mostBytes: number;
}

/** One session; killed some milliseconds after its first bytes, or as soon as something has come. */
function session(
  from: StoreEntry,
  to: StoreEntry,
  kill: number | (() => boolean),
): Promise<Ended | undefined> {
  return runVictim(VICTIM, [JSON.stringify(from), JSON.stringify(to), String(PART_BYTES)], kill);
}

describe('a sync that is killed again and again, and begun again', function () {
  this.timeout(300_000);
  let directory = '';
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'transfer-killed-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  for (const [name, entryOf] of Object.entries(EMULATED_ENTRIES)) {
    it(`to ${name}, and back`, async () => {
      await using emulator = await startEmulator({
        ...EACH_API,
        buckets: ['demo'],
        latency: { baseMs: 20, jitterMs: 20 },
      });
      const local: StoreEntry = { provider: 'fs', root: join(directory, 'from'), create: true, fsync: false };
      const back: StoreEntry = { provider: 'fs', root: join(directory, 'back'), create: true, fsync: false };
      const remote = entryOf(emulator, 'demo');
      await using source = await open(local);
      await using target = await open(remote);
      for (let i = 0; i < SMALL; i++) await source.put(`${i % 7}/${i}`, noise(i, i + 1));
      await source.put('large', noise(LARGE_BYTES));
      await target.put('mirror/only here', 'x');
      await target.put('beside', 'x');
      const random = seededRandom(5);
      let kills = 0;
      let ended: Ended | undefined;
      while (!ended) {
        ended = await session(local, remote, kills < KILLS ? 10 + random() * 150 : 250_000);
        if (!ended) kills++;
      }
      expect(kills).to.be.above(1);
      const { report, mostBytes } = ended;
      expectClosedBooks(report);
      expect(report.complete).to.equal(true);
      expect(report.same, 'what earlier sessions copied').to.be.above(0);
      const all = await contentsOf(source);
      expect(await contentsOf(target, 'mirror/')).to.deep.equal(all);
      expect(await contentsOf(target))
        .to.include.keys('beside')
        .and.not.include.keys('mirror/only here');
      expect(mostBytes / 1024 ** 2).to.be.below(450);
      const uploads = [];
      for await (const upload of target.listUploads('')) uploads.push(upload);
      expect(uploads.length, 'uploads that were begun and not ended').to.be.at.most(kills);
      // And back.
      await using again = await open(back);
      const returned = await syncPrefix({ store: target, prefix: 'mirror/' }, { store: again, prefix: '' });
      expect(returned).to.deep.include({ complete: true, copied: SMALL + 1 });
      expect(await contentsOf(again)).to.deep.equal(all);
    });
  }

  it('goes on with the parts of a large upload that have arrived', async () => {
    await using emulator = await startEmulator({
      s3: {},
      buckets: ['demo'],
      latency: { baseMs: 150, jitterMs: 0 },
    });
    const local: StoreEntry = { provider: 'fs', root: join(directory, 'from'), create: true, fsync: false };
    const remote = EMULATED_ENTRIES.s3(emulator, 'demo');
    await using source = await open(local);
    await source.put('large', noise(LARGE_BYTES));
    const parts = (): number =>
      emulator.log.entries.filter(({ operation }) => operation === 'UploadPart').length;
    expect(await session(local, remote, () => parts() >= 2), 'killed').to.equal(undefined);
    const sent = parts();
    const ended = await session(local, remote, 250_000);
    expect(ended?.report).to.deep.include({ copied: 1, complete: true });
    const all = Math.ceil(LARGE_BYTES / PART_BYTES);
    expect(parts(), 'parts sent in all').to.be.below(sent + all);
    await using target = await open(remote);
    expect(await contentsOf(target, 'mirror/')).to.deep.equal(await contentsOf(source));
  });
});
