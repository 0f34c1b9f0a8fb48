// What callers hand over is theirs: they change it, use it again, or give something that only looks like it.
import { Readable } from 'node:stream';
import { errorOf } from '@store/conformance';
import { createObjectStore, DeletionError, openStore } from '@store/core';
import { memory } from '@store/memory';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { PageDriver, type PageScripts } from './page-driver.js';

const retry = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 2 };

async function filled(...keys: string[]) {
  const store = await openStore({ provider: 'memory', retry }, { adapters: [memory] });
  for (const key of keys) await store.put(key, key);
  const left = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { key } of store.list('')) found.push(key);
    return found;
  };
  return { store, left };
}

function scripted(scripts: PageScripts) {
  const driver = new PageDriver(scripts);
  return { driver, store: createObjectStore(driver, { retry }) };
}

describe('what callers hand over', () => {
  it('a match that is changed deletes nothing else', async () => {
    const { store, left } = await filled('a/1', 'a/2', 'b/keep');
    const onMatch = (entry: object): void => void Object.assign(entry, { key: 'b/keep' });
    expect((await store.deletePrefix('a/', { onMatch })).deleted).to.equal(2);
    expect(await left()).to.deep.equal(['b/keep']);
  });

  it('options that change after the call are nothing to it', async () => {
    const { store, left } = await filled('a/1', 'a/2');
    const options = { dryRun: true, include: '**' };
    const run = store.deletePrefix('a/', options);
    options.dryRun = false;
    expect((await run).dryRun).to.equal(true);
    expect(await left()).to.deep.equal(['a/1', 'a/2']);
  });

  it('options of which nobody sees what they lack are refused', async () => {
    const { store, left } = await filled('a/1');
    const hidden = Object.defineProperty({}, 'dryrun', { value: true });
    const inherited = new (class {
      get dryRun(): boolean {
        return true;
      }
    })();
    for (const options of [
      new Map([['dryRun', true]]),
      hidden,
      inherited,
      { [Symbol('dryRun')]: true },
      [],
    ]) {
      const error = await errorOf(store.deletePrefix('a/', options));
      expect(error.code).to.equal('InvalidArgument');
    }
    expect(await left()).to.deep.equal(['a/1']);
  });

  it('a target that is used again names each key', async () => {
    const { store, left } = await filled('a', 'b', 'c', 'd');
    function* targets(): Generator<{ key: string }> {
      const target = { key: '' };
      for (target.key of ['a', 'b', 'c']) yield target;
    }
    expect((await store.deleteMany(targets())).deleted).to.equal(3);
    expect(await left()).to.deep.equal(['d']);
  });

  it('a target with a part that says nothing is not the current object', async () => {
    const { store, left } = await filled('a');
    for (const part of [null, 5, '', '\ud800', {}])
      for (const name of ['versionId', 'ifMatch']) {
        const target = { key: 'a', [name]: part } as { key: string };
        const report = await store.deleteMany([target]);
        expect([report.deleted, report.failures.sample[0]?.code]).to.deep.equal([0, 'InvalidArgument']);
      }
    expect((await errorOf(store.delete('a', { versionId: '' }))).code).to.equal('InvalidArgument');
    expect(await left()).to.deep.equal(['a']);
  });

  it('a callback that fails later ends the run', async () => {
    const { store } = await filled('a/1', 'a/2');
    for (const name of ['onMatch', 'onDeleted', 'onProgress']) {
      const late = async (): Promise<never> => Promise.reject(new Error('too late'));
      // Whether the run has ended before that or not: it is no failure that nobody hears of.
      await store.deletePrefix('a/', { [name]: late }).catch((error: unknown) => {
        expect(error).to.be.instanceOf(DeletionError);
      });
    }
  });

  it('a body that stalls ends by its signal', async () => {
    const { store } = await filled();
    for (const stalled of [new Readable({ read: () => undefined }), never()]) {
      const stop = new AbortController();
      const put = store.put('k', stalled, { signal: stop.signal });
      setTimeout(() => stop.abort(), 10);
      expect((await errorOf(put)).code).to.equal('Aborted');
    }
  });

  it('a list of keys that stalls ends by its signal', async () => {
    const { store } = await filled('a');
    const stop = new AbortController();
    async function* keys(): AsyncGenerator<string> {
      yield* ['a', 'a'];
      await new Promise(() => undefined);
    }
    const run = store.deleteMany(keys(), { signal: stop.signal });
    setTimeout(() => stop.abort(), 10);
    expect((await run).aborted).to.equal(true);
  });

  it('a body that has been read is not an empty one', async () => {
    const { store } = await filled();
    const read = Readable.from(['all of it']);
    await read.toArray();
    const locked = new Blob(['x']).stream();
    locked.getReader();
    for (const body of [read, locked])
      expect((await errorOf(store.put('k', body))).code).to.equal('InvalidArgument');
    expect(await store.exists('k')).to.equal(false);
  });
});

async function* never(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x');
  await new Promise(() => undefined);
}

describe('what services say without being asked', () => {
  const object = (key: string, etag = '"e"') => ({ key, size: 1, lastModified: new Date(0), etag });

  it('keys that are put together are not left behind in silence', async () => {
    const { store, driver } = scripted({
      objects: () => ({ objects: [object('a/1')], prefixes: [{ prefix: 'a/x/' }] }),
    });
    const error = await errorOf(store.deletePrefix('a/'));
    expect(error).to.be.instanceOf(DeletionError);
    expect(error.message).to.include('"a/x/"');
    expect(driver.deleted).to.deep.equal([]);
  });

  it('a key that is missing after throttling has not been deleted', async () => {
    // Two keys, so that they make a batch.
    const { store, driver } = scripted({ objects: () => ({ objects: [object('a/1'), object('a/2')] }) });
    let call = 0;
    driver.batch.delete = async (targets) => {
      const reason =
        call++ === 0
          ? ({ code: 'Throttled', message: 'slow down', retryable: true } as const)
          : ({ code: 'NotFound', message: 'no such key', retryable: false } as const);
      return { deleted: [], failed: targets.map((target) => ({ ...target, reason })) };
    };
    const report = await store.deletePrefix('a/');
    expect([report.deleted, report.failed, report.complete]).to.deep.equal([0, 2, false]);
  });
});
