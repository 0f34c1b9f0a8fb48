import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectClosedBooks, seededRandom } from '@store/conformance';
import {
  createObjectStore,
  type DeletePrefixOptions,
  type DeletionJournal,
  type DeletionReport,
  type JournalSession,
  type StoreDriver,
} from '@store/core';
import { journalFile } from '@store/journal';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { MortalDriver } from './mortal-driver.js';
import { torn } from './torn.js';

const CASES = 150;

const NO_RETRIES = { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1, patienceMs: 0 };

/** What is in a bucket: keys, the latest version first, without their ids. */
async function held(driver: StoreDriver): Promise<string[]> {
  const store = createObjectStore(driver);
  const found: string[] = [];
  if (store.capabilities.versions) {
    for await (const { key, deleteMarker, size } of store.listVersions(''))
      found.push(`${key} ${deleteMarker ? 'marker' : size}`);
  } else for await (const { key, size } of store.list('')) found.push(`${key} ${size}`);
  return found;
}

describe('a run that is killed and resumed until it ends', () => {
  let directory = '';
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'journal-'));
  });
  after(() => rmSync(directory, { recursive: true }));

  for (let seed = 1; seed <= CASES; seed++) {
    it(`deletes and counts everything once, seed ${seed}`, async () => {
      const random = seededRandom(seed);
      const pick = <T>(...values: readonly [T, ...T[]]): T =>
        values[Math.floor(random() * values.length)] as T;
      const versioned = random() < 0.5;
      // Two of the same: one run is killed, the other one is not.
      const config = { versioning: versioned ? 'enabled' : 'off', maxPageSize: pick(3, 7, 50) } as const;
      const [inner, twin] = [memoryDriver(config), memoryDriver(config)];
      const limits = { maxKeys: pick(1, 4, 20) };
      const limited = (driver: StoreDriver): StoreDriver =>
        driver.batch
          ? { ...driver, versions: driver.versions, batch: { ...driver.batch, ...limits } }
          : driver;
      const stores = [inner, twin].map((driver) => createObjectStore(driver));
      const count = 20 + Math.floor(random() * 150);
      for (let i = 0; i < count; i++) {
        const key = `${random() < 0.9 ? 'p/' : 'q/'}${Math.floor(random() * count).toString(36)}${pick('', '/x', 'é', ' ')}`;
        const body = versioned && random() < 0.2 ? undefined : 'x'.repeat(Math.floor(random() * 9));
        for (const store of stores) await (body === undefined ? store.delete(key) : store.put(key, body));
      }
      const options: DeletePrefixOptions = {
        concurrency: pick(1, 3, 8),
        strategy: pick(undefined, undefined, 'single'),
        exclude: pick(undefined, undefined, '*x'),
        versions: versioned ? pick('current', 'all', 'noncurrent') : undefined,
        deleteMarkers: versioned ? pick(undefined, 'expired', 'all') : undefined,
      };
      const expected = await createObjectStore(limited(twin)).deletePrefix('p/', options);

      let path = join(directory, `${seed}-0`);
      let report: DeletionReport | undefined;
      let sessions = 0;
      for (; !report && sessions < 300; sessions++) {
        const here = path;
        const next = join(directory, `${seed}-${sessions + 1}`);
        const mortal = new MortalDriver(
          limited(inner),
          random() < 0.1 ? Infinity : 1 + Math.floor(random() * 12),
          random,
          () => writeFileSync(next, torn(readFileSync(here), random)),
        );
        const store = createObjectStore(mortal.driver, {
          retry: NO_RETRIES,
          split: { serialPages: 1, pagesLeft: 1, pageMs: 0 },
        });
        const settings = { shortenAt: pick(1, 2000, undefined) };
        const left = sessions === 0 ? undefined : leftBy(here, options);
        const open: JournalSession[] = [];
        const journal: DeletionJournal = {
          begin: async (run) => {
            const session = await journalFile(here, settings).begin(run);
            open.push(session);
            return session;
          },
        };
        const run = store.deletePrefix('p/', { ...options, journal });
        report = await Promise.race([run, mortal.killed.then(() => undefined)]);
        // What is finished is not listed again: whoever begins to list begins in what is left.
        for (const begin of left ? mortal.begins : [])
          expect(
            left?.some((range) => isIn(begin, range)),
            `${begin} of ${JSON.stringify(left)}`,
          ).to.equal(true);
        // The dead keep nothing open.
        if (!report) for (const session of open) await session.close();
        path = next;
      }
      expect(report, 'the run comes to its end').to.not.equal(undefined);
      if (!report) return;
      expectClosedBooks(report);
      expect(await held(inner)).to.deep.equal(await held(twin));
      const { deleted, bytes, failed, skipped, complete, deleteMarkersCreated } = expected;
      expect(
        report,
        `after ${sessions} sessions with ${JSON.stringify({ ...options, ...config })}`,
      ).to.deep.include({ deleted, bytes, failed, skipped, complete });
      // Of a request whose answer nobody got, nobody knows which marker it made.
      expect(report.deleteMarkersCreated).to.be.at.most(deleteMarkersCreated);
    });
  }
});

interface Range {
  readonly pass: number;
  after?: string | undefined;
  upto?: string | undefined;
}

/** The ranges that a journal leaves open, by its lines, read by nobody but this test; of a listing not begun, everything. */
function leftBy(path: string, { versions, deleteMarkers }: DeletePrefixOptions): readonly Range[] {
  interface Line extends Range {
    readonly type: string;
    readonly id: number;
    readonly range: number;
    readonly of?: number;
    readonly at: string;
    readonly ranges: readonly Line[];
    readonly passed: number;
  }
  const ranges = new Map<number, Range>();
  const passes = new Set<number>();
  // What has no end was cut, also where only that is missing.
  for (const text of readFileSync(path, 'utf8').split('\n').slice(0, -1)) {
    const line = JSON.parse(text) as Line;
    const { type, id, pass, after, upto } = line;
    const parent = ranges.get(line.of ?? -1);
    if (type === 'range' && parent) parent.upto = after;
    if (type === 'range' || type === 'left') {
      ranges.set(id, { pass, after, upto });
      passes.add(pass);
    }
    if (type === 'done') ranges.delete(line.range);
    const range = ranges.get(line.range);
    if (type === 'cursor' && range) range.after = line.at;
    if (type !== 'summary') continue;
    ranges.clear();
    for (const one of line.ranges) {
      ranges.set(one.id, { ...one });
      passes.add(one.pass);
    }
    if (line.passed > 0) passes.add(0);
  }
  const all = Array.from(ranges.values());
  // Markers are looked at when all objects have been.
  const twice = deleteMarkers !== undefined || versions === 'all';
  if (!passes.has(0)) return [{ pass: 0 }];
  return passes.has(1) || !twice ? all : [...all, { pass: 1 }];
}

function isIn(begin: string, { after = '', upto }: Range): boolean {
  return begin >= after && (upto === undefined || begin < upto);
}
