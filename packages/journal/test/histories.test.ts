import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { seededRandom, withFaults, type FaultRule } from '@store/conformance';
import {
  createObjectStore,
  type DeletePrefixOptions,
  type DeletionReport,
  type ListPage,
  type StoreDriver,
} from '@store/core';
import { keyOutcomes } from '@store/journal';
import { memoryDriver } from '@store/memory';
import { aroundCalls } from '@store/wrappers';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { mortalSession } from './mortal-session.js';

const CASES = 50;

const UNAVAILABLE = { code: 'Unavailable', retryable: true } as const;

const FAULTS: readonly FaultRule[] = [
  { operation: ['list.page', 'batch.delete', 'delete.one'], probability: 0.1, effect: refuse('refuse') },
  { operation: ['batch.delete', 'delete.one'], probability: 0.1, effect: refuse('lose') },
  {
    operation: 'batch.delete',
    probability: 0.2,
    effect: { do: 'refuse-keys', of: 0.2, with: { code: 'AccessDenied' } },
  },
  { operation: 'batch.delete', probability: 0.1, effect: { do: 'omit-keys', of: 0.2, deleted: true } },
];

function refuse(effect: 'refuse' | 'lose') {
  return { do: effect, with: UNAVAILABLE } as const;
}

/** After such a failure nobody knows whether the key is gone. */
const DOUBTFUL = new Set(['Unavailable', 'Unconfirmed', 'Aborted']);

/** What really happens in a bucket, written down below all faults, by the bodies alone, of which no two are the same. */
class Witness {
  readonly driver: StoreDriver;
  /** ETags that this session's listings have shown. */
  #shown = new Set<string>();
  /** Objects that runs have removed, and how. */
  removed = 0;
  /** What the run has seen last. */
  lastKeys: readonly string[] = [];
  readonly wrong: string[] = [];

  constructor(inner: StoreDriver) {
    const present = async (key: string): Promise<string | undefined> => {
      const info = await inner.read.head({ key }, {}).catch(() => undefined);
      return info?.etag;
    };
    this.driver = aroundCalls(inner, async ({ name, request }, proceed) => {
      const keys = name === 'batch.delete' ? keysOf(request) : name === 'delete.one' ? keysOf([request]) : [];
      const was = new Map<string, string>();
      for (const key of keys) {
        if (!key.startsWith('p/')) this.wrong.push(`${key} is outside the prefix`);
        const etag = await present(key);
        if (etag !== undefined) was.set(key, etag);
      }
      const result = await proceed();
      for (const [key, etag] of was) {
        if ((await present(key)) !== undefined) continue;
        this.removed++;
        if (!this.#shown.has(etag)) this.wrong.push(`${key} was removed as nobody had seen it`);
      }
      if (name === 'list.page') {
        const { objects } = result as ListPage;
        for (const { etag = '' } of objects) this.#shown.add(etag);
        this.lastKeys = objects.map(({ key }) => key);
      }
      return result;
    });
  }

  newSession(): void {
    this.#shown = new Set();
  }
}

function keysOf(targets: unknown): string[] {
  return (targets as readonly { readonly key: string }[]).map(({ key }) => key);
}

describe('a run among faults, kills and other writers', () => {
  let directory = '';
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'histories-'));
  });
  after(() => rmSync(directory, { recursive: true }));

  for (let seed = 1; seed <= CASES; seed++) {
    it(`keeps its books and its promises, seed ${seed}`, async () => {
      const random = seededRandom(seed);
      const pick = <T>(...values: readonly [T, ...T[]]): T =>
        values[Math.floor(random() * values.length)] as T;
      const inner = memoryDriver({ maxPageSize: pick(3, 7, 50) });
      const store = createObjectStore(inner);
      const witness = new Witness(inner);
      const size = 20 + Math.floor(random() * 80);
      /** How often each key was written, what others took away, and what they wrote where nothing was. */
      const puts = new Map<string, number>();
      const byOthers = { deleted: 0, anew: 0, keys: new Set<string>() };
      let bodies = 0;
      const put = async (key: string): Promise<void> => {
        puts.set(key, (puts.get(key) ?? 0) + 1);
        await store.put(key, `body ${++bodies}`);
      };
      const anyKey = (): string => `${random() < 0.85 ? 'p/' : 'q/'}${Math.floor(random() * size)}`;
      for (let i = 0; i < size; i++) await put(anyKey());
      const other = async (key = anyKey()): Promise<void> => {
        const isThere = await store.exists(key);
        if (random() < 0.3) {
          if (isThere) byOthers.deleted++;
          byOthers.keys.delete(key);
          await store.delete(key);
        } else {
          if (!isThere) byOthers.anew++;
          byOthers.keys.add(key);
          await put(key);
        }
      };
      const ifUnchanged = random() < 0.5;
      const options: DeletePrefixOptions = {
        ifUnchanged,
        concurrency: pick(1, 3, 8),
        strategy: pick(undefined, undefined, 'single'),
      };
      let path = join(directory, `${seed}-0`);
      let report: DeletionReport | undefined;
      let doubtful = 0;
      let calm = false;
      for (let sessions = 0; !report?.complete && sessions < 300; sessions++) {
        const next = join(directory, `${seed}-${sessions + 1}`);
        calm = sessions > 30;
        witness.newSession();
        const faulty = withFaults(witness.driver, {
          rules: calm ? [] : FAULTS,
          seed: seed * 1000 + sessions,
        });
        const requests = calm ? Infinity : 1 + Math.floor(random() * 20);
        doubtful = 0;
        const over = new AbortController();
        const mortality = { driver: faulty.driver, journal: path, left: next, requests, random };
        const run = mortalSession(mortality, {
          ...options,
          onFailure: ({ code }) => void (DOUBTFUL.has(code) && doubtful++),
        });
        const others = (async () => {
          // A run without conditions deletes what is there, so then they wait until nobody is at work.
          const most = ifUnchanged && !calm ? 20 : 0;
          for (let i = 0; i < most && !over.signal.aborted; i++) {
            for (let turns = Math.floor(random() * 6); turns > 0; turns--) await turn();
            const { lastKeys } = witness;
            if (!over.signal.aborted) await other(lastKeys[Math.floor(random() * lastKeys.length * 2)]);
          }
        })();
        report = await run;
        over.abort();
        await others;
        if (!report) path = next;
        if (!calm && !report?.complete) for (let i = Math.floor(random() * 4); i > 0; i--) await other();
      }
      expect(witness.wrong).to.deep.equal([]);
      expect(report?.complete, 'it comes to its end').to.equal(true);
      if (!report) return;

      // What others did while nobody knew what had become of a key cannot be told from what the run did.
      const known = `deleted ${report.deleted}, removed ${witness.removed}, others ${JSON.stringify(byOthers)}`;
      expect(report.deleted, known).to.be.at.most(witness.removed + byOthers.deleted);
      expect(report.deleted + doubtful, known).to.be.at.least(witness.removed - byOthers.anew);
      const outcomes = new Map<string, number>();
      let named = 0;
      for await (const { key, outcome } of keyOutcomes(path)) {
        if (outcome !== 'deleted') continue;
        named++;
        outcomes.set(key, (outcomes.get(key) ?? 0) + 1);
      }
      expect(named, 'each is in the journal by its name').to.equal(report.deleted);
      for (const [key, times] of outcomes) expect(times, key).to.be.at.most(puts.get(key) ?? 0);
      for await (const { key } of store.list('p/'))
        expect(byOthers.keys.has(key), `${key} came behind the run`).to.equal(true);
    });
  }
});
