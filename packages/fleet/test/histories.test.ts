// Random histories of pieces: workers that die between any two requests, or wake up when others have taken over what they had;
// pieces that are shared, left, stopped. The witness stands below the driver.
import { setImmediate, setTimeout as delay } from 'node:timers/promises';
import { createObjectStore, StoreError, type ObjectStore, type StoreDriver } from '@store/core';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import fc from 'fast-check';
import { after, before, describe, it } from 'mocha';
import type { FleetBooks } from '#src/fleet-books.js';
import { openPlace, type FleetPlace } from '#src/fleet-place.js';
import { LentStores } from '#src/lent-stores.js';
import { fleetReport } from '#src/fleet-report.js';
import type { FleetRun } from '#src/fleet-run.js';
import { workOnPiece } from '#src/piece-work.js';
import { workOnRow } from '#src/row-work.js';
import { PLACES, type TestPlace } from './places.js';

const SETTINGS = {
  retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 },
  split: { pageMs: 0, pagesLeft: 1, serialPages: 1 },
};

/** What happens to one worker. */
const anyLife = fc.record({
  /** Calls of the driver and of the books until it dies. */
  calls: fc.oneof({ arbitrary: fc.integer({ min: 1, max: 60 }), weight: 3 }, fc.constant(Infinity)),
  /** What it has sent last was carried out, though it did not hear of it. */
  isDone: fc.boolean(),
  /** Milliseconds after which it is told to go. */
  leaves: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant(Infinity)),
  /** Slots that are idle while it works. */
  idle: fc.nat(3),
  /** Whether another one begins with the same piece while this one is at work. */
  isSucceeded: fc.boolean(),
});

type Life = typeof anyLife extends fc.Arbitrary<infer T> ? T : never;

const anyHistory = fc.record({
  keys: fc.integer({ min: 1, max: 150 }),
  lives: fc.array(anyLife, { maxLength: 8 }),
  denied: fc.nat(3),
  keysPerJob: fc.constantFrom(10, 1000),
  stopped: fc.boolean(),
});

/** Calls that end when the worker dies. */
class Mortality {
  #left: number;
  readonly #isDone: boolean;

  constructor({ calls, isDone }: Pick<Life, 'calls' | 'isDone'>) {
    this.#left = calls;
    this.#isDone = isDone;
  }

  async call<T>(work: () => Promise<T>): Promise<T> {
    await setImmediate();
    if (this.#left-- > 0) return work();
    // Of what it was about to say, the last thing may arrive.
    if (this.#left === -1 && this.#isDone) await work();
    throw new StoreError('Internal', 'this worker is dead', { retryable: false });
  }
}

for (const { name: kind, isInstalled, start } of PLACES)
  describe(`pieces of a fleet at ${kind}, at random`, function () {
    this.timeout(240_000);
    let server: TestPlace | undefined;
    let place: FleetPlace;
    let books: FleetBooks;
    let runs = 0;

    before(async function () {
      if (!(await isInstalled())) return this.skip();
      server = await start();
      place = openPlace({ url: server.url });
      books = place.books;
    });
    after(async () => {
      await place?.close();
      await server?.[Symbol.asyncDispose]();
    });

    it('delete everything under the prefix and nothing else, and say so to a key', async () => {
      await fc.assert(
        fc.asyncProperty(anyHistory, async ({ keys, lives, denied, keysPerJob, stopped }) => {
          const names = Array.from({ length: keys }, (_, i) => `p/${(i * 7919) % 1000}/${i}`);
          const refused = new Set(names.slice(0, denied));
          const objects = memoryDriver({
            objects: Object.fromEntries(['a', 'p', 'q', ...names].map((key) => [key, 'x'])),
          });
          /** How often each key was there and went. */
          const gone: string[] = [];
          const isThere = (key: string): Promise<boolean> =>
            objects.read.head({ key }, {}).then(
              () => true,
              () => false,
            );
          const remove = async (wanted: readonly string[]): Promise<void> => {
            await delay(Math.random() * 4);
            for (const key of wanted) {
              if (await isThere(key)) gone.push(key);
              await objects.delete.one({ key }, {});
            }
          };
          const below: StoreDriver = {
            ...objects,
            list: { ...objects.list, maxPageSize: 7 },
            delete: {
              ...objects.delete,
              one: async ({ key }) => {
                if (refused.has(key)) throw new StoreError('AccessDenied', 'no');
                await remove([key]);
                return { key };
              },
            },
            batch: objects.batch && {
              ...objects.batch,
              maxKeys: 5,
              delete: async (targets) => {
                const deleted = targets.filter(({ key }) => !refused.has(key));
                await remove(deleted.map(({ key }) => key));
                const reason = { code: 'AccessDenied', message: 'no', retryable: false } as const;
                const failed = targets.filter(({ key }) => refused.has(key));
                return { deleted, failed: failed.map(({ key }) => ({ key, reason })) };
              },
            },
          };
          const openWith = (mortality: Mortality) => async (): Promise<ObjectStore> => {
            const { batch, list, delete: single } = below;
            return createObjectStore(
              {
                ...below,
                list: { ...list, page: (request, call) => mortality.call(() => list.page(request, call)) },
                delete: { ...single, one: (target, call) => mortality.call(() => single.one(target, call)) },
                batch: batch && {
                  ...batch,
                  delete: (targets, call) => mortality.call(() => batch.delete(targets, call)),
                },
              },
              SETTINGS,
            );
          };
          const run: FleetRun = {
            id: `run-${++runs}`,
            startedAt: Date.now(),
            rows: [{ address: 'it', prefix: 'p/', provider: below.provider, place: below.place }],
            options: {},
            keysPerJob,
          };
          const [row] = run.rows;
          if (!row) throw new Error('a run without a row');
          await books.begin(run);
          const id = { run: run.id, row: 0 };
          const live = async (piece: number, life: Life): Promise<void> => {
            const mortality = new Mortality(life);
            const leave = new AbortController();
            const timer = life.leaves === Infinity ? undefined : setTimeout(() => leave.abort(), life.leaves);
            await workOnPiece({
              books: mortal(books, mortality),
              id: { ...id, piece },
              run,
              row,
              lend: (address) => new LentStores(openWith(mortality), 0).lend(address),
              concurrency: 4,
              idle: async () => life.idle,
              lookMs: 2,
              leave: leave.signal,
              lost: undefined,
            }).catch(() => undefined);
            clearTimeout(timer);
          };
          const stores = new LentStores(openWith(new Mortality({ calls: Infinity, isDone: false })), 0);
          const next = async (): Promise<readonly number[]> => {
            let waiting: readonly number[] = [];
            await workOnRow({
              books,
              id,
              run,
              row,
              lend: (address) => stores.lend(address),
              addPieces: async (pieces) => {
                waiting = pieces;
              },
              mustWait: async () => true,
              leave: new AbortController().signal,
            });
            return waiting;
          };
          const immortal = { calls: Infinity, isDone: false, leaves: Infinity, idle: 0, isSucceeded: false };
          const left = [...lives];
          let rounds = 0;
          for (
            let pieces = await next();
            pieces.length > 0 && rounds < 200;
            pieces = await next(), rounds++
          ) {
            if (stopped && rounds === 2) await books.tell(run.id, 'stop');
            await Promise.all(
              pieces.slice(0, 3).map(async (piece) => {
                const life = left.shift() ?? immortal;
                const first = live(piece, life);
                if (life.isSucceeded) await delay(3).then(() => live(piece, left.shift() ?? immortal));
                await first;
              }),
            );
          }
          if (stopped) {
            await books.tell(run.id, 'go');
            await books.reopen(id);
            for (let pieces = await next(); pieces.length > 0; pieces = await next())
              for (const piece of pieces) await live(piece, immortal);
          }
          const report = fleetReport(run, {
            command: 'go',
            workers: { workers: 0, ids: [], slots: 0 },
            rows: [await books.row(id)],
          });
          expect(new Set(gone).size, 'each once').to.equal(gone.length);
          expect(gone.toSorted()).to.deep.equal(names.filter((name) => !refused.has(name)).toSorted());
          expect(report).to.deep.include({
            state: 'done',
            deleted: gone.length,
            failed: refused.size,
            matched: names.length,
            listed: names.length,
            complete: refused.size === 0,
          });
          expect(report.rows[0]?.failures.sample.map(({ key }) => key).toSorted()).to.deep.equal(
            [...refused].toSorted(),
          );
          const page = await objects.list.page({ prefix: '', maxKeys: 1000 }, {});
          expect(page.objects.map(({ key }) => key)).to.include.members(['a', 'p', 'q']);
        }),
        { numRuns: process.env['SOAK'] ? 500 : 60, includeErrorInReport: true },
      );
    });
  });

/** The books, as a worker has them that may die. */
function mortal(books: FleetBooks, mortality: Mortality): FleetBooks {
  return new Proxy(books, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) =>
        mortality.call(async () => (await Reflect.apply(value, target, args)) as unknown);
    },
  });
}
