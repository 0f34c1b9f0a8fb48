import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expectClosedBooks, runVictim, seededRandom } from '@store/conformance';
import { openStore, type DeletionReport, type ObjectStore, type StoreEntry } from '@store/core';
import { ctyun } from '@store/ctyun';
import { EMULATED_ENTRIES, startEmulator, type Emulator } from '@store/emulator';
import { fs } from '@store/fs';
import { oss } from '@store/oss';
import { s3 } from '@store/s3';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { SOAK } from '../evil/soak.js';

/** Of every day; `npm run test:soak` kills twenty times, at 50,000 keys. */
const { KILLS, KEYS } =
  SOAK > 1
    ? { KILLS: 20, KEYS: { emulator: 50_000, fs: 50_000 } }
    : { KILLS: 4, KEYS: { emulator: 8000, fs: 2000 } };

/** More than one session needs; the command itself starts with 90. */
const MOST_MIB = 300;

const VICTIM = fileURLToPath(new URL('victim.js', import.meta.url));

interface Ended {
  readonly report: DeletionReport;
  /** Of physical memory. */
  readonly mostBytes: number;
}

/** One session; killed after some milliseconds of its work, it resolves to nothing. */
function session(entry: StoreEntry, journal: string, killAfterMs: number): Promise<Ended | undefined> {
  return runVictim(VICTIM, [JSON.stringify(entry), journal], killAfterMs);
}

/** What the lines of the journal say to be deleted, one by one, read by nobody but this test. */
function journaled(path: string): string[] {
  interface Line {
    readonly type: string;
    readonly id: number;
    readonly intent: number;
    readonly keys: readonly string[];
    readonly indexes?: readonly number[];
    readonly alive?: boolean;
  }
  const intents = new Map<number, readonly string[]>();
  const keys: string[] = [];
  for (const text of readFileSync(path, 'utf8').trimEnd().split('\n')) {
    const line = JSON.parse(text) as Line;
    if (line.type === 'intent') intents.set(line.id, line.keys);
    if (line.type !== 'deleted' && (line.type !== 'settled' || line.alive)) continue;
    const all = intents.get(line.intent) ?? [];
    const of = line.indexes ?? all.keys();
    for (const index of of) keys.push(all[index] ?? `unknown ${index}`);
  }
  return keys;
}

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
}

describe('a run that is killed again and again, and gone on with', function () {
  this.timeout(SOAK > 1 ? 0 : 300_000);
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kill-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  async function killed(entry: StoreEntry, count: number, seed: number, emulator?: Emulator): Promise<void> {
    const random = seededRandom(seed);
    const journal = join(directory, 'run.jsonl');
    await using store = await openStore(entry, { adapters: [s3, oss, ctyun, fs] });
    const before = await keysOf(store);
    expect(before.length).to.equal(count + 2);
    let kills = 0;
    let ended: Ended | undefined;
    while (!ended) {
      const killAfterMs = kills < KILLS ? random() * 150 : Infinity;
      ended = await session(entry, journal, Math.min(killAfterMs, 250_000));
      if (!ended) kills++;
    }
    const { report, mostBytes } = ended;
    const after = await keysOf(store);
    expect(after).to.deep.equal(['before', 'q/beside']);
    expectClosedBooks(report);
    expect(report).to.deep.include({ deleted: count, matched: count, listed: count, complete: true });
    const gone = before.filter((key) => !after.includes(key)).toSorted();
    const said = journaled(journal);
    expect(new Set(said).size, 'each once').to.equal(said.length);
    expect(said.toSorted()).to.deep.equal(gone);
    if (emulator) expect(emulator.log.deleted, 'the log of the emulator').to.equal(count);
    expect(mostBytes / 1024 ** 2).to.be.below(MOST_MIB);
    expect(kills).to.be.above(1);
  }

  for (const [name, entryOf] of Object.entries(EMULATED_ENTRIES)) {
    it(`on ${name}`, async () => {
      await using emulator = await startEmulator({
        buckets: ['demo'],
        s3: {},
        oss: {},
        zos: {},
        region: 'us-east-1',
        latency: { baseMs: 5, jitterMs: 10 },
      });
      const bucket = emulator.bucket('demo');
      const scattered = Array.from(
        { length: KEYS.emulator },
        (_, i) => `p/${(i * 2_654_435_761) % 2 ** 32}/${i}`,
      );
      await bucket.seed(['before', 'q/beside', ...scattered]);
      await killed(entryOf(emulator), KEYS.emulator, 17, emulator);
    });
  }

  it('on fs', async () => {
    const entry: StoreEntry = { provider: 'fs', root: join(directory, 'root'), create: true, fsync: false };
    await using store = await openStore(entry, { adapters: [fs] });
    for (const key of ['before', 'q/beside']) await store.put(key, 'x');
    for (let i = 0; i < KEYS.fs; i += 100)
      await Promise.all(Array.from({ length: 100 }, (_, n) => store.put(`p/${(i + n) % 97}/${i + n}`, 'x')));
    await killed(entry, KEYS.fs, 18);
  });
});
