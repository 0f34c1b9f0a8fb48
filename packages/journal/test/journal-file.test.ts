import { spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errorOf, numbered, SimulatedClock } from '@store/conformance';
import { createObjectStore, StoreError, type ObjectStore, type StoreDriver } from '@store/core';
import { journalFile, readAccount, resumeDeletion, undoDeletion } from '@store/journal';
import { JournalLock } from '#src/journal-lock.js';
import { memoryDriver, MemoryObjects } from '@store/memory';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';

let directory = '';
let path = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'journal-'));
  path = join(directory, 'run.jsonl');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function filled(
  driver: StoreDriver = memoryDriver({ maxPageSize: 10 }),
  count = 50,
): Promise<ObjectStore> {
  const store = createObjectStore(driver);
  for (const key of [...numbered(count), 'q/other']) await store.put(key, 'x');
  return store;
}

/** A run that is stopped after its first batches, and whose journal is left. */
async function stopped(store: ObjectStore): Promise<void> {
  const stop = new AbortController();
  await store.deletePrefix('p/', {
    journal: journalFile(path),
    concurrency: 1,
    strategy: 'single',
    signal: stop.signal,
    onDeleted: ({ key }) => {
      if (key === 'p/00024') stop.abort();
    },
  });
}

async function count(store: ObjectStore): Promise<number> {
  let keys = 0;
  for await (const _object of store.list('')) keys++;
  return keys;
}

describe('a journal in a file', () => {
  it('goes on with its run, by deletePrefix as by resumeDeletion, and says so once it is finished', async () => {
    const store = await filled();
    await stopped(store);
    expect(await count(store)).to.be.within(20, 30);
    const report = await resumeDeletion(store, path);
    expect(report).to.include({ deleted: 50, listed: 50, complete: true });
    await store.put('p/new', 'x');
    const again = await store.deletePrefix('p/', { strategy: 'single', journal: journalFile(path) });
    expect(again).to.include({ deleted: 50, complete: true });
    expect(await count(store)).to.equal(2);
  });

  it('deletes no more than maxDelete in all sessions together, what nobody knows of included', async () => {
    for (const answered of [false, true]) {
      rmSync(path, { force: true });
      const driver = memoryDriver();
      const lives = await filled(driver);
      const stop = new AbortController();
      // Its answers get lost, or its requests do.
      const lossy = createObjectStore(
        {
          ...driver,
          versions: driver.versions,
          batch: undefined,
          delete: {
            ...driver.delete,
            one: async (target, call) => {
              stop.abort();
              if (answered) await driver.delete.one(target, call);
              throw new StoreError('Unavailable', 'nobody knows', { retryable: false });
            },
          },
        },
        { retry: { maxAttempts: 1, patienceMs: 0 } },
      );
      const options = { maxDelete: 10, concurrency: 4 };
      const { signal } = stop;
      await lossy.deletePrefix('p/', { ...options, journal: journalFile(path), signal });
      const report = await resumeDeletion(lives, path);
      // The limit ends the run before the listing does: of the first key nobody knows yet, and it counts against the limit.
      expect(report).to.include({ deleted: answered ? 9 : 10, maxDeleteReached: true });
      expect(await count(lives)).to.equal(41);
    }
  });

  it('is for the eyes of its owner alone, and has no secrets', async () => {
    const store = await filled();
    await store.deletePrefix('p/', { journal: journalFile(path), expectedBucketOwner: undefined });
    expect(statSync(path).mode & 0o077).to.equal(0);
    expect(readdirSync(directory)).to.deep.equal(['run.jsonl']);
  });

  it('is refused by another run, with what is different, and left as it is', async () => {
    const store = await filled();
    await stopped(store);
    const before = readFileSync(path);
    const others: readonly [string, () => Promise<unknown>][] = [
      [
        'prefix is "p/" there and "q/" here',
        () => store.deletePrefix('q/', { strategy: 'single', journal: journalFile(path) }),
      ],
      [
        'olderThan is not given there and 5 here',
        () => store.deletePrefix('p/', { strategy: 'single', olderThan: 5, journal: journalFile(path) }),
      ],
      [
        'strategy is "single" there and not given here',
        () => store.deletePrefix('p/', { journal: journalFile(path) }),
      ],
      [
        'operation is "deletePrefix" there',
        () => store.deleteMany(['a'], { strategy: 'single', journal: journalFile(path) }),
      ],
      [
        'place is "memory:" there and "memory:other" here',
        () => resumeDeletion(createObjectStore({ ...memoryDriver(), place: 'memory:other' }), path),
      ],
    ];
    for (const [difference, run] of others) {
      const error = await errorOf(run());
      expect(error).to.have.property('code', 'InvalidArgument');
      expect(error.message).to.contain(difference);
    }
    expect(readFileSync(path).equals(before)).to.equal(true);
    expect(await resumeDeletion(store, path)).to.include({ complete: true });
  });

  it('drops what was being written when its process was killed', async () => {
    const store = await filled();
    await stopped(store);
    for (const torn of ['{"type":"del', '{"type":"deleted","intent":3', '\0\0\0\0\0', '{"type":"end"}\n']) {
      appendFileSync(path, torn);
      const report = await resumeDeletion(store, path, { signal: AbortSignal.abort() });
      expect(report.aborted).to.equal(true);
      const lines = readFileSync(path, 'utf8').split('\n');
      expect(lines.pop()).to.equal('');
      expect(lines.map((line) => JSON.parse(line) as object)).to.not.deep.include({ type: 'end' });
    }
    expect(await resumeDeletion(store, path)).to.include({ deleted: 50, complete: true });
  });

  it('begins anew where not even its first line was written', async () => {
    const store = await filled();
    for (const begun of ['', '{"type":"run","format":1,"oper']) {
      writeFileSync(path, begun);
      expect(await store.deletePrefix('p/', { journal: journalFile(path) })).to.include({ complete: true });
    }
  });

  it('is refused when it is something else, of another version, or not readable: nothing is deleted, nothing written', async () => {
    const store = await filled();
    await stopped(store);
    const text = readFileSync(path, 'utf8');
    const lines = text.trimEnd().split('\n');
    const left = await count(store);
    const wrong: readonly [string, string, RegExp][] = [
      ['a text', 'Dear reader,\n', /no journal/],
      ['a text without an end', 'Dear reader,', /no journal/],
      ['JSON', '{"a":1}\n', /no journal/],
      ['another format', text.replace('"format":1', '"format":7'), /format 7; this version reads format 1/],
      [
        'a line in the middle',
        [...lines.slice(0, 3), 'garbage', ...lines.slice(3), ''].join('\n'),
        /line 4 .*not readable/,
      ],
      [
        'an unknown record',
        [...lines.slice(0, 3), '{"type":"magic"}', ...lines.slice(3), ''].join('\n'),
        /line 4/,
      ],
      [
        'a record without its parts',
        [...lines.slice(0, 3), '{"type":"cursor"}', ...lines.slice(3), ''].join('\n'),
        /line 4/,
      ],
    ];
    for (const [what, content, message] of wrong) {
      const other = join(directory, 'other.jsonl');
      writeFileSync(other, content);
      for (const run of [
        () => store.deletePrefix('p/', { strategy: 'single', journal: journalFile(other) }),
        () => resumeDeletion(store, other),
      ]) {
        const error = await errorOf(run());
        expect(error, what).to.have.property('code').that.is.oneOf(['InvalidArgument', 'Corrupt']);
        expect(error.message, what).to.match(message);
      }
      expect(readFileSync(other, 'utf8'), what).to.equal(content);
    }
    expect(await count(store)).to.equal(left);
  });

  it('is refused where it cannot be: nothing is deleted', async () => {
    const store = await filled();
    mkdirSync(join(directory, 'a directory'));
    for (const where of [join(directory, 'no', 'such'), join(directory, 'a directory'), '/dev/full']) {
      if (where === '/dev/full' && !existsSync(where)) continue;
      const error = await errorOf(store.deletePrefix('p/', { journal: journalFile(where) }));
      expect(error).to.have.property('code', 'InvalidArgument');
      expect(error.message).to.contain(where);
    }
    expect(await count(store)).to.equal(51);
  });

  it('does not go with a dry run', async () => {
    const store = await filled();
    const error = await errorOf(store.deletePrefix('p/', { dryRun: true, journal: journalFile(path) }));
    expect(error).to.have.property('code', 'InvalidArgument');
    expect(existsSync(path)).to.equal(false);
  });

  it('reckons ages from when its run began, whatever the clock says now', async () => {
    const objects = new MemoryObjects();
    const clock = new SimulatedClock();
    const driver = memoryDriver({}, objects);
    const store = createObjectStore(driver, { clock });
    await store.put('p/a', 'x');
    const options = { modifiedBefore: new Date('2100-01-01T00:00:00Z'), newerThan: 100 * 365 * 86_400_000 };
    await store.deletePrefix('p/', { ...options, journal: journalFile(path), signal: AbortSignal.abort() });
    const back = { now: () => 0, sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal) };
    const report = await resumeDeletion(createObjectStore(driver, { clock: back }), path);
    expect(report).to.include({ deleted: 1, complete: true });
    expect(report.startedAt).to.equal('2026-01-01T00:00:00.000Z');
  });
});

describe('one at a time on a journal', () => {
  it('is refused to a second one, in this process and in others', async () => {
    const store = await filled();
    const first = store.deletion('p/', { journal: journalFile(path), maxKeysPerSecond: 20 });
    first.pause();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const error = await errorOf(store.deletePrefix('p/', { journal: journalFile(path) }));
    expect(error).to.include({ code: 'PreconditionFailed' });
    expect(error.message).to.contain(`process ${process.pid} is at work`);
    expect(await errorOf(resumeDeletion(store, path))).to.have.property('code', 'PreconditionFailed');
    await first.stop();
    expect(await resumeDeletion(store, path)).to.include({ complete: true });
  });

  const lock = (holder: object | string, ageMs = 0): void => {
    writeFileSync(
      `${path}.lock`,
      typeof holder === 'string' ? holder : JSON.stringify({ ...holder, token: 'abc' }),
    );
    const time = new Date(Date.now() - ageMs);
    utimesSync(`${path}.lock`, time, time);
  };
  const dead = { pid: 2 ** 22 - 7, host: hostname() };

  it('is let go when its process is gone, or nothing was heard of another machine for two minutes', async () => {
    for (const make of [
      () => lock(dead),
      () => lock({ pid: process.pid, host: hostname(), began: '1' }),
      () => lock({ pid: 1, host: 'elsewhere' }, 130_000),
      () => lock('', 20_000),
      () => lock('garbage', 20_000),
    ]) {
      const store = await filled();
      rmSync(path, { force: true });
      make();
      expect(await store.deletePrefix('p/', { journal: journalFile(path) })).to.include({ complete: true });
      expect(readdirSync(directory)).to.deep.equal(['run.jsonl']);
    }
  });

  it('is not let go before', async () => {
    const store = await filled();
    for (const make of [
      () => lock({ pid: process.ppid, host: hostname() }),
      () => lock({ pid: 1, host: 'elsewhere' }, 60_000),
    ]) {
      make();
      const error = await errorOf(store.deletePrefix('p/', { journal: journalFile(path) }));
      expect(error).to.have.property('code', 'PreconditionFailed');
      rmSync(`${path}.lock`);
    }
  });

  it('without a name is waited for: its holder writes it, or was killed before he could', async () => {
    const store = await filled();
    const begin = (): Promise<unknown> => store.deletePrefix('p/', { journal: journalFile(path) });
    lock('');
    const refused = errorOf(begin());
    setTimeout(() => lock({ pid: process.ppid, host: hostname() }), 100);
    expect(await refused).to.have.property('code', 'PreconditionFailed');
    lock('', 9500);
    expect(await begin()).to.include({ complete: true });
  });

  it('is taken over by one of many that find it let go', async () => {
    const store = await filled();
    lock(dead);
    const runs = Array.from({ length: 20 }, () => store.deletePrefix('p/', { journal: journalFile(path) }));
    const settled = await Promise.allSettled(runs);
    const codes = settled.map((one) =>
      one.status === 'fulfilled' ? 'done' : (one.reason as { code: string }).code,
    );
    expect(codes.filter((code) => code === 'done').length).to.be.at.least(1);
    expect(new Set(codes)).to.have.all.keys(
      ...(codes.includes('PreconditionFailed') ? ['done', 'PreconditionFailed'] : ['done']),
    );
    expect(await count(store)).to.equal(1);
  });
});

describe('a lock', () => {
  it('is held by one at a time, however often it changes hands, and whoever dies with it', async () => {
    let held = 0;
    let most = 0;
    let taken = 0;
    const until = Date.now() + 1500;
    const contender = async (): Promise<void> => {
      while (Date.now() < until) {
        const lock = await JournalLock.acquire(path).catch((error: unknown) => {
          if (error instanceof StoreError && error.code === 'PreconditionFailed') return undefined;
          throw error;
        });
        if (!lock) {
          await new Promise((resolve) => setTimeout(resolve, Math.random() * 2));
          continue;
        }
        taken++;
        most = Math.max(most, ++held);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 2));
        held--;
        await lock.release();
        // Now and then somebody dies with it.
        if (taken % 3 === 0)
          writeFileSync(
            `${path}.lock`,
            JSON.stringify({ pid: 2 ** 22 - 7, host: hostname(), token: `${taken}` }),
            {
              flag: 'wx',
            },
          );
      }
    };
    const dies = (error: unknown): void => {
      // Another one was quicker.
      if (!(error instanceof Error) || !error.message.includes('EEXIST')) throw error;
    };
    await Promise.all(Array.from({ length: 6 }, () => contender().catch(dies)));
    expect(taken).to.be.above(3);
    expect(most).to.equal(1);
  });

  it('is the same for a journal by any of its names', async () => {
    const store = await filled();
    const run = store.deletion('p/', { journal: journalFile(path) });
    run.pause();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const link = join(directory, 'link.jsonl');
    symlinkSync(path, link);
    expect(await errorOf(resumeDeletion(store, link))).to.have.property('code', 'PreconditionFailed');
    await run.stop();
    expect(await resumeDeletion(store, link)).to.include({ deleted: 50, complete: true });
    expect(readdirSync(directory).toSorted()).to.deep.equal(['link.jsonl', 'run.jsonl']);
  });

  it('is refused for one with a second name of its own, beside which there would be another lock', async () => {
    const store = await filled();
    await stopped(store);
    const before = readFileSync(path, 'utf8');
    const link = join(directory, 'hard.jsonl');
    linkSync(path, link);
    for (const name of [path, link]) {
      expect((await errorOf(resumeDeletion(store, name), 'InvalidArgument')).reason).to.match(/a hard link/);
      expect((await errorOf(undoDeletion(store, name), 'InvalidArgument')).reason).to.match(/a hard link/);
    }
    expect(await count(store)).to.equal(26);
    expect(readFileSync(path, 'utf8')).to.equal(before);
    rmSync(link);
    expect(await resumeDeletion(store, path)).to.include({ complete: true });
  });

  it('keeps no file open, and no lock, when its run is over: 200 runs in one process', async function () {
    if (!existsSync('/proc/self/fd')) return this.skip();
    this.timeout(60_000);
    const openFiles = (): number => readdirSync('/proc/self/fd').length;
    const before = openFiles();
    for (let i = 0; i < 200; i++) {
      const store = await filled(memoryDriver({ versioning: 'enabled' }), 2);
      const one = join(directory, `${i}.jsonl`);
      await store.deletePrefix('p/', { journal: journalFile(one, { shortenAt: i % 2 ? 1 : undefined }) });
      await undoDeletion(store, one);
      await readAccount(one);
      expect(await errorOf(store.deletePrefix('q/', { journal: journalFile(one) }))).to.be.an('error');
    }
    expect(openFiles()).to.be.at.most(before + 5);
    expect(readdirSync(directory).filter((name) => !name.endsWith('.jsonl'))).to.deep.equal([]);
  });
});

describe('a disk that is full', () => {
  it('stops the run before anything is sent that is not written down', async function () {
    this.timeout(60_000);
    // A limit for files is as good as a full disk: what is beyond it is not written.
    const script = `trap '' XFSZ; ulimit -f 24; exec "$0" "$@"`;
    const child = spawn('bash', [
      '-c',
      script,
      process.execPath,
      fileURLToPath(new URL('full-disk.js', import.meta.url)),
      path,
    ]);
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await new Promise((resolve) => child.on('exit', resolve));
    const { code, message, deleted, left, failed, skipped, matched } = JSON.parse(said) as Record<
      string,
      unknown
    >;
    expect({ code, failed }).to.deep.equal({ code: 'Unavailable', failed: 0 });
    expect(message).to.contain('run.jsonl cannot be written');
    expect(deleted).to.be.above(0);
    expect(Number(deleted) + Number(skipped)).to.equal(matched);
    expect(left).to.equal(2000 - Number(deleted));
    const store = await filled(memoryDriver(), 2000);
    const report = await resumeDeletion(store, path);
    expect(report).to.include({ complete: true });
  });
});
