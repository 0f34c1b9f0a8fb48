import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom, withFaults, type FaultRule } from '@store/conformance';
import {
  createObjectStore,
  type DeletePrefixOptions,
  type DeletionReport,
  type ObjectStore,
} from '@store/core';
import { keyOutcomes } from '@store/journal';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { mortalSession } from './mortal-session.js';

const CASES = 60;

const UNAVAILABLE = { code: 'Unavailable', retryable: true } as const;

const FAULTS: readonly FaultRule[] = [
  {
    operation: ['versions.page', 'list.page', 'batch.delete'],
    probability: 0.05,
    effect: { do: 'refuse', with: UNAVAILABLE },
  },
  { operation: 'batch.delete', probability: 0.1, effect: { do: 'lose', with: UNAVAILABLE } },
  {
    operation: 'batch.delete',
    probability: 0.2,
    effect: { do: 'refuse-keys', of: 0.2, with: { code: 'AccessDenied' } },
  },
];

/** Versions and delete markers of a bucket, by their keys. */
async function allOf(store: ObjectStore): Promise<string[]> {
  const found: string[] = [];
  for await (const { key, deleteMarker, isLatest } of store.listVersions(''))
    found.push(`${key} ${deleteMarker ? 'marker' : 'version'} ${isLatest ? 'on top' : ''}`);
  return found;
}

describe('a run over versions and delete markers, among faults and kills', () => {
  let directory = '';
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'version-histories-'));
  });
  after(() => rmSync(directory, { recursive: true }));

  for (let seed = 1; seed <= CASES; seed++) {
    it(`comes to what one run without them does, seed ${seed}`, async () => {
      const random = seededRandom(seed);
      const pick = <T>(...values: readonly [T, ...T[]]): T =>
        values[Math.floor(random() * values.length)] as T;
      const maxPageSize = pick(3, 7, 50);
      const drivers = [1, 2].map(() => memoryDriver({ versioning: 'enabled', maxPageSize }));
      const [plain, tried] = drivers.map((driver) => createObjectStore(driver));
      const [, inner] = drivers;
      if (!plain || !tried || !inner) throw new Error('there are two');
      const size = 10 + Math.floor(random() * 40);
      for (let i = 0; i < size * 4; i++) {
        const key = `${random() < 0.9 ? 'p/' : 'q/'}${Math.floor(random() * size)}`;
        const isDelete = random() < 0.4;
        for (const store of [plain, tried])
          await (isDelete ? store.delete(key) : store.put(key, `body ${i}`));
      }
      const options: DeletePrefixOptions = {
        versions: pick('all', 'all', 'noncurrent', 'current'),
        deleteMarkers: pick('all', 'all', 'expired'),
        exclude: pick(undefined, '*3', '1*'),
        concurrency: pick(1, 3, 8),
      };
      // What is deleted by its key alone leaves markers of which none knows how many requests made them.
      const rules =
        options.versions === 'current' ? FAULTS.filter(({ effect }) => effect.do !== 'lose') : FAULTS;
      const expected = await plain.deletePrefix('p/', options);

      let path = join(directory, `${seed}-0`);
      let report: DeletionReport | undefined;
      for (let sessions = 0; !report?.complete && sessions < 300; sessions++) {
        const next = join(directory, `${seed}-${sessions + 1}`);
        const calm = sessions > 40;
        const faulty = withFaults(inner, { rules: calm ? [] : rules, seed: seed * 1000 + sessions });
        const requests = calm ? Infinity : 1 + Math.floor(random() * 30);
        const mortality = { driver: faulty.driver, journal: path, left: next, requests, random };
        report = await mortalSession(mortality, options);
        if (!report) path = next;
      }
      expect(await allOf(tried), 'what is left').to.deep.equal(await allOf(plain));
      const { listed, filtered, matched, deleted } = expected;
      expect(report).to.include({ listed, filtered, matched, deleted, complete: true });
      let named = 0;
      for await (const { outcome } of keyOutcomes(path)) if (outcome === 'deleted') named++;
      expect(named, 'each is in the journal by its name').to.equal(deleted);
    });
  }
});
