// What an unlucky fleet meets: a Redis that is gone, steps that were cut off in the middle, orders given twice, clocks that are apart.
import { setTimeout as delay } from 'node:timers/promises';
import { RedisServer } from '@store/conformance';
import { createObjectStore, StoreError, type ObjectStore, type StoreDriver } from '@store/core';
import { memoryDriver } from '@store/memory';
import { Fleet, FleetWorker, type FleetOptions, type FleetReport, type FleetWorkerEvent } from '@store/fleet';
import { expect } from 'chai';
import { Redis } from 'ioredis';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import type { FleetRun } from '#src/fleet-run.js';
import { LentStores } from '#src/lent-stores.js';
import { reasonOf } from '#src/reason-of.js';
import { RedisBooks } from '#src/redis-books.js';
import { freshAccount } from '#src/rest.js';
import { workOnRow } from '#src/row-work.js';

const SETTINGS = { retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1 } };

describe('a fleet in adversity', function () {
  this.timeout(60_000);
  let redis: RedisServer | undefined;
  let raw: Redis;
  let books: RedisBooks;
  let fleet: Fleet;
  let connection: { url: string; fleet: string };
  let driver: StoreDriver;
  let store: ObjectStore;
  let fleets = 0;
  const workers = new Set<FleetWorker>();

  before(async function () {
    if (!(await RedisServer.isInstalled())) return this.skip();
    redis = await RedisServer.start();
    raw = new Redis(redis.url);
  });
  after(async () => {
    raw?.disconnect();
    await redis?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    connection = { url: redis?.url ?? '', fleet: `adversity-${++fleets}` };
    books = new RedisBooks(connection);
    fleet = new Fleet(connection);
    stock(2000);
  });
  afterEach(async () => {
    for (const worker of workers) await worker.close();
    workers.clear();
    await fleet?.close();
    await books?.close();
  });

  function stock(keys: number): void {
    const names = Array.from({ length: keys }, (_, i) => `p/${(i * 7919) % keys}`);
    driver = memoryDriver({
      objects: Object.fromEntries(['a', 'p', 'q', ...names].map((key) => [key, 'x'])),
    });
    store = createObjectStore(driver, SETTINGS);
  }

  async function work(
    open: () => Promise<ObjectStore> = async () => createObjectStore(driver, SETTINGS),
    onEvent?: (event: FleetWorkerEvent) => void,
  ): Promise<FleetWorker> {
    const worker = await FleetWorker.start({ connection, open, onEvent, lockMs: 3000 });
    workers.add(worker);
    return worker;
  }

  const begin = (options: FleetOptions = {}): Promise<string> =>
    fleet.begin([{ address: 'it:p/', store, prefix: 'p/' }], options);

  function runOf(id: string, rows = 1): FleetRun {
    const row = { address: 'it:p/', prefix: 'p/', provider: driver.provider, place: driver.place };
    return {
      id,
      startedAt: Date.now(),
      rows: Array.from({ length: rows }, () => row),
      options: {},
      keysPerJob: 10_000,
    };
  }

  async function ended(run: string, ms = 20_000): Promise<FleetReport> {
    return fleet.wait(run, { signal: AbortSignal.timeout(ms), everyMs: 50 });
  }

  async function expectDone(run: string, deleted = 2000): Promise<void> {
    const report = await ended(run);
    expect(report).to.deep.include({ state: 'done', complete: true, deleted, matched: deleted, failed: 0 });
    const { objects } = await driver.list.page({ prefix: '', maxKeys: 1000 }, {});
    expect(objects.map(({ key }) => key)).to.deep.equal(['a', 'p', 'q']);
  }

  it('closes a worker whose Redis is gone', async () => {
    const gone = await RedisServer.start();
    const worker = await FleetWorker.start({ connection: { url: gone.url }, open: async () => store });
    const other = new Fleet({ url: gone.url });
    await gone[Symbol.asyncDispose]();
    await delay(100);
    const closed = Promise.all([worker.close(), other.close()]).then(() => true);
    expect(await Promise.race([closed, delay(15_000, false)])).to.equal(true);
  });

  it('goes on, when it is told to, with a run that was cut off before it had jobs', async () => {
    const run = runOf('cut-off', 1);
    await books.begin(run);
    await work();
    await fleet.resume(run.id);
    await fleet.resume(run.id);
    await expectDone(run.id);
  });

  it('goes on with a run that was cut off while it was told to go on', async () => {
    const run = await begin();
    await fleet.stop(run);
    await work();
    expect(await ended(run)).to.deep.include({ state: 'stopped', deleted: 0 });
    await books.tell(run, 'go');
    await books.reopen({ run, row: 0 });
    await fleet.resume(run);
    await expectDone(run);
  });

  it('goes on once with a stopped run that several tell to go on at once', async () => {
    const run = await begin();
    await fleet.stop(run);
    await work();
    await work();
    await ended(run);
    await Promise.all([fleet.resume(run), fleet.resume(run), fleet.resume(run)]);
    await expectDone(run);
    const jobs = await raw.keys(`bull:${connection.fleet}:${run}.0.row.*[0-9]`);
    expect(jobs.filter((name) => /row\.\d+$/.test(name))).to.have.length(2);
  });

  it('goes on with what was left when it is told to go on while it stops', async () => {
    const run = runOf('stopping', 1);
    await books.begin(run);
    const id = { run: run.id, row: 0 };
    await books.beginPass(id, 0, { account: freshAccount([{ pass: 0 }]), intents: [] });
    const taken = await books.takeOver({ ...id, piece: 1 });
    const end = {
      epoch: taken?.epoch ?? 0,
      status: 'left',
      children: [],
      failures: [],
      warnings: [],
    } as const;
    await books.end({ ...id, piece: 1 }, end);
    await fleet.resume(run.id);
    await work();
    await expectDone(run.id);
  });

  it('adds a piece again that is open and whose job is over', async () => {
    const run = runOf('orphan', 1);
    const [row] = run.rows;
    if (!row) throw new Error('a run without a row');
    await books.begin(run);
    const id = { run: run.id, row: 0 };
    await books.beginPass(id, 0, { account: freshAccount([{ pass: 0 }]), intents: [] });
    const added: boolean[] = [];
    const outcome = await workOnRow({
      books,
      id,
      run,
      row,
      lend: (address) => new LentStores(async () => store, 0).lend(address),
      addPieces: async (_pieces, anew = false) => {
        added.push(anew);
        if (added.length > 5) throw new Error('it goes round and round');
      },
      mustWait: async () => added.includes(true),
      leave: new AbortController().signal,
    });
    expect(outcome).to.equal('waits');
    expect(added).to.deep.equal([false, true]);
  });

  it('counts the failures of all rows of a run', async () => {
    const run = runOf('rows', 2);
    await books.begin(run);
    const counts = { deleted: 0, filtered: 0, failed: 3, blocked: 1, bytes: 0, markers: 0 };
    for (const row of [0, 1]) {
      const id = { run: run.id, row };
      await books.beginPass(id, 0, { account: freshAccount([{ pass: 0 }]), intents: [] });
      const taken = await books.takeOver({ ...id, piece: 1 });
      await books.write(
        { ...id, piece: 1 },
        {
          epoch: taken?.epoch ?? 0,
          sequence: 0,
          whole: false,
          intents: [],
          closed: [],
          account: freshAccount([{ pass: 0 }]),
          counts: { ...counts, lists: 0, deletes: 0, retried: 0, throttled: 0 },
        },
      );
    }
    expect((await books.look({ run: run.id, row: 1, piece: 1 }, 1)).failed).to.equal(8);
  });

  it('stops after too many failures, and after as many again when it goes on', async () => {
    stock(2000);
    const { batch, delete: single } = driver;
    const isRefused = (key: string): boolean => key.endsWith('00');
    const reason = { code: 'AccessDenied', message: 'no', retryable: false } as const;
    driver = {
      ...driver,
      delete: {
        ...single,
        one: async (target, call) => {
          if (isRefused(target.key)) throw new StoreError(reason.code, reason.message);
          return single.one(target, call);
        },
      },
      batch: batch && {
        ...batch,
        maxKeys: 10,
        delete: async (targets, call) => {
          await delay(200);
          const may = targets.filter(({ key }) => !isRefused(key));
          const refused = targets.filter(({ key }) => isRefused(key));
          const { deleted } = await batch.delete(may, call);
          return { deleted, failed: refused.map(({ key }) => ({ key, reason })) };
        },
      },
    };
    const run = await begin({ maxFailures: 4 });
    await work();
    let report = await ended(run);
    expect(report.state).to.equal('stopped');
    let resumed = 0;
    for (; report.state === 'stopped' && resumed < 10; resumed++) {
      const { failed } = report;
      await fleet.resume(run);
      report = await ended(run);
      if (report.state === 'stopped') expect(report.failed).to.be.above(failed + 4);
    }
    expect(report).to.deep.include({ state: 'done', complete: false, deleted: 1981, failed: 19 });
    const { objects } = await driver.list.page({ prefix: 'p/', maxKeys: 1000 }, {});
    expect(objects.filter(({ key }) => isRefused(key))).to.have.length(19);
    expect(objects).to.have.length(19);
    expect(resumed).to.be.within(1, 3);
  });

  it('knows workers whose clocks are apart', async () => {
    const now = Date.now;
    try {
      Date.now = () => now() + 3_600_000;
      await books.beat('ahead', 3);
      Date.now = () => now() - 3_600_000;
      await books.beat('behind', 2);
    } finally {
      Date.now = now;
    }
    expect(await books.workers()).to.deep.include({ workers: 2, slots: 5 });
  });

  it('shares a piece though another one is looked at after its end', async () => {
    const run = runOf('weights', 2);
    await books.begin(run);
    for (const row of [0, 1])
      await books.beginPass({ run: run.id, row }, 0, { account: freshAccount([{ pass: 0 }]), intents: [] });
    const over = { run: run.id, row: 0, piece: 1 };
    const taken = await books.takeOver(over);
    await books.end(over, {
      epoch: taken?.epoch ?? 0,
      status: 'done',
      children: [],
      failures: [],
      warnings: [],
    });
    expect((await books.look(over, 9)).mayShare).to.equal(false);
    expect((await books.look({ run: run.id, row: 1, piece: 1 }, 1)).mayShare).to.equal(true);
  });

  it('ends where the second listing is refused, and says so', async () => {
    stock(50);
    let run = '';
    const { list } = driver;
    driver = {
      ...driver,
      list: {
        ...list,
        page: async (request, call) => {
          const { pieces } = await books.row({ run, row: 0 });
          if (pieces.done > 0) throw new StoreError('AccessDenied', 'no listing');
          return list.page(request, call);
        },
      },
    };
    run = await begin({ verify: true });
    await work();
    const report = await ended(run);
    expect(report).to.deep.include({ state: 'done', complete: false, deleted: 50 });
    expect(report.rows[0]?.errors[0]).to.include({ code: 'AccessDenied' });
    expect(report.rows[0]?.remaining).to.equal(null);
  });

  it('shows the other runs where the record of one is garbled, and says of that one what to do', async () => {
    const run = await begin();
    for (const text of ['{"id":', '[]', 'null', '{"id":"garbled"}']) {
      await raw.hset(`{${connection.fleet}}:run:garbled`, 'run', text);
      await raw.zadd(`{${connection.fleet}}:runs`, 1, 'garbled');
      expect((await fleet.runs()).map((report) => report.run)).to.deep.equal([run]);
      const error: unknown = await fleet.report('garbled').catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(StoreError);
      expect(String(error))
        .to.match(/another version/)
        .and.match(/forget/);
    }
    await fleet.forget('garbled');
    expect(await raw.exists(`{${connection.fleet}}:run:garbled`)).to.equal(0);
  });

  it('opens a store once for all pieces, and anew after an error', async () => {
    stock(2000);
    const seen = { opened: 0, closed: 0 };
    let fails = 1;
    const { batch } = driver;
    const worker = await work(async () => {
      seen.opened++;
      const opened = {
        ...driver,
        list: {
          ...driver.list,
          page: async (...args: Parameters<typeof driver.list.page>) => {
            if (fails-- > 0) throw new StoreError('Internal', 'a bad day', { retryable: true });
            return driver.list.page(...args);
          },
        },
        batch: batch && {
          ...batch,
          maxKeys: 10,
          delete: async (...args: Parameters<typeof batch.delete>) => {
            await delay(300);
            return batch.delete(...args);
          },
        },
        close: async () => {
          seen.closed++;
        },
      };
      return createObjectStore(opened, { retry: { maxAttempts: 1 } });
    });
    const run = await begin({ keysPerJob: 10 });
    const report = await ended(run);
    expect(report).to.deep.include({ state: 'done', complete: true, deleted: 2000 });
    expect(report.rows[0]?.pieces.split).to.be.above(0);
    await worker.close();
    expect(seen).to.deep.equal({ opened: 2, closed: 2 });
  });

  it('leaves a piece to others that this worker cannot open', async function () {
    const seen = { tries: 0 };
    const wrong = await work(async () => {
      seen.tries++;
      throw new StoreError('NotFound', 'the configuration has no store "it"');
    });
    expect(wrong.id).not.to.equal('');
    // Another one is there, and has something else to do.
    const there = setInterval(() => void books.beat('busy', 1), 500);
    try {
      const run = await begin();
      while (seen.tries < 2) await delay(100);
      await delay(300);
      expect((await fleet.report(run)).rows[0]?.pieces).to.include({ broken: 0, open: 1 });
      await work();
      await expectDone(run);
    } finally {
      clearInterval(there);
    }
  });

  it('leaves what it is not let in to, to others, and takes nothing on for a while', async () => {
    stock(50);
    const { list } = driver;
    const refusing: StoreDriver = {
      ...driver,
      list: {
        ...list,
        page: async () => {
          throw new StoreError('AccessDenied', 'an unknown key', { providerCode: 'InvalidAccessKeyId' });
        },
      },
    };
    const wrong = async () => createObjectStore(refusing, SETTINGS);
    await work(wrong);
    await books.beat('busy', 1);
    const there = setInterval(() => void books.beat('busy', 1), 500);
    const run = await begin({ verify: true });
    // It says that it has no slots.
    while ((await books.workers()).slots !== 1) await delay(100);
    expect((await fleet.report(run)).rows[0]?.pieces).to.include({ broken: 0, open: 1 });
    clearInterval(there);
    await books.leave('busy');
    await work();
    await expectDone(run, 50);
    await Promise.all(Array.from(workers, (worker) => worker.close()));

    await work(wrong);
    await work(wrong);
    const again = await begin();
    const report = await ended(again);
    expect(report).to.deep.include({ state: 'done', complete: false, deleted: 0 });
    expect(report.rows[0]?.errors.map(({ code }) => code)).to.deep.equal(['AccessDenied']);
  });

  it('takes jobs on again after a rest, though it could not say so', async () => {
    stock(50);
    let tries = 0;
    const seen = { rested: 0 };
    const open = async (): Promise<ObjectStore> => {
      if (++tries === 1) throw new StoreError('NotFound', 'the configuration has no store "it"');
      return createObjectStore(driver, SETTINGS);
    };
    await books.beat('busy', 1);
    await work(open, (event) => {
      if (event.type === 'resting') seen.rested = event.ms;
    });
    const run = await begin();
    while (seen.rested === 0) await delay(50);
    // Nothing can be said of workers meanwhile: what is there is no list of them.
    const there = `{${connection.fleet}}:workers`;
    await raw.rename(there, `${there}:aside`);
    await raw.set(there, 'something else');
    await delay(seen.rested + 1000);
    await raw.rename(`${there}:aside`, there);
    await expectDone(run, 50);
  });

  it('has reasons without the name of what they are reasons of', () => {
    const error = new StoreError('NotFound', 'there is no store', { operation: 'deletePrefixOnFleet' });
    expect(reasonOf(error).message).to.equal('there is no store');
  });
});
