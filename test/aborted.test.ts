import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate as immediate, setTimeout as delay } from 'node:timers/promises';
import { openStore, type ObjectStore } from '@store/core';
import { files } from '@store/files';
import { fs } from '@store/fs';
import {
  applySet,
  emptyTrash,
  journalFile,
  listTrash,
  restoreTrash,
  resumeDeletion,
  undoDeletion,
  writeSet,
} from '@store/journal';
import { cancelExpiration, expiration, expirePrefix } from '@store/lifecycle';
import { memory } from '@store/memory';
import { estimate } from '@store/planning';
import { copyKeys, copyPrefix, moveKeys, movePrefix, syncPrefix } from '@store/transfer';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';

/** Far more than any of this takes: what has not settled by then never does. */
const NEVER_MS = 5000;

/** How many turns of the event loop a call has begun before the signal fires; undefined: it has fired before. */
const TURNS = [undefined, 0, 1, 2, 3, 5, 8, 13];

interface Setting {
  readonly store: ObjectStore;
  readonly other: ObjectStore;
  readonly path: (name: string) => string;
  readonly signal: AbortSignal;
}

async function drain(all: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of all);
}

function stalled(): Readable {
  return new Readable({ read() {} });
}

async function* stalledKeys(): AsyncGenerator<string> {
  yield 'p/1';
  await new Promise(() => undefined);
}

/** Reports say that a run was aborted; all else throws. Those that a store cannot do throw as well. */
const CALLS: Readonly<Record<string, (setting: Setting) => Promise<unknown>>> = {
  put: ({ store, signal }) => store.put('k', 'x', { signal }),
  'put of a body that stalls': ({ store, signal }) => store.put('k', stalled(), { signal }),
  get: async ({ store, signal }) => (await store.get('p/1', { signal })).bytes(),
  head: ({ store, signal }) => store.head('p/1', { signal }),
  exists: ({ store, signal }) => store.exists('p/1', { signal }),
  copy: ({ store, signal }) => store.copy('p/1', 'k', { signal }),
  move: ({ store, signal }) => store.move('p/1', 'k', { signal }),
  copyTo: ({ store, other, signal }) => store.copyTo('p/1', other, 'k', { signal }),
  list: ({ store, signal }) => drain(store.list('p/', { signal })),
  'list of a directory': ({ store, signal }) => drain(store.list('p/', { delimiter: '/', signal })),
  listPage: ({ store, signal }) => store.listPage('p/', { signal }),
  listVersions: ({ store, signal }) => drain(store.listVersions('p/', { signal })),
  listUploads: ({ store, signal }) => drain(store.listUploads('p/', { signal })),
  getTags: ({ store, signal }) => store.getTags('p/1', { signal }),
  setTags: ({ store, signal }) => store.setTags('p/1', { a: 'b' }, { signal }),
  restore: ({ store, signal }) => store.restore('p/1', { days: 1, signal }),
  presign: ({ store, signal }) => store.presign('p/1', { signal }),
  presignPost: ({ store, signal }) => store.presignPost('p/1', { signal }),
  url: ({ store, signal }) => store.url('p/1', { signal }),
  delete: ({ store, signal }) => store.delete('p/1', { signal }),
  deleteMany: ({ store, signal }) => store.deleteMany(['p/1', 'p/2'], { signal }),
  'deleteMany of keys that stall': ({ store, signal }) => store.deleteMany(stalledKeys(), { signal }),
  deletePrefix: ({ store, signal }) => store.deletePrefix('p/', { signal }),
  'deletePrefix with all that it can': ({ store, signal, path }) =>
    store.deletePrefix('p/', { signal, verify: true, journal: journalFile(path('run')) }),
  deletion: async ({ store, signal }) => {
    await using run = store.deletion('p/', { signal });
    await drain(run);
    await run;
  },
  copyPrefix: ({ store, other, signal }) =>
    copyPrefix({ store, prefix: 'p/' }, { store: other, prefix: 'q/' }, { signal, count: true }),
  movePrefix: ({ store, other, signal }) =>
    movePrefix({ store, prefix: 'p/' }, { store: other, prefix: 'q/' }, { signal }),
  syncPrefix: ({ store, other, signal }) =>
    syncPrefix({ store, prefix: 'p/' }, { store: other, prefix: 'q/' }, { signal, delete: true }),
  copyKeys: ({ store, other, signal }) => copyKeys(store, other, [['p/1', 'k']], { signal }),
  moveKeys: ({ store, other, signal }) => moveKeys(store, other, [['p/1', 'k']], { signal }),
  writeSet: ({ store, path, signal }) => writeSet(store, 'p/', path('set'), { signal }),
  applySet: async ({ store, path, signal }) => {
    await writeSet(store, 'p/', path('set'));
    return applySet(store, path('set'), { signal });
  },
  resumeDeletion: async ({ store, path, signal }) => {
    await store.deletePrefix('p/', { journal: journalFile(path('run')), maxDelete: 1 });
    return resumeDeletion(store, path('run'), { signal });
  },
  undoDeletion: async ({ store, path, signal }) => {
    await store.deletePrefix('p/', { journal: journalFile(path('run')) });
    return undoDeletion(store, path('run'), { signal });
  },
  listTrash: ({ store, signal }) => drain(listTrash(store, { signal })),
  emptyTrash: ({ store, signal }) => emptyTrash(store, { signal }),
  restoreTrash: ({ store, signal }) => restoreTrash(store, 'bin', { signal }),
  estimate: ({ store, signal }) => estimate(store, 'p/', { signal }),
  'estimate that is exact': ({ store, signal }) => estimate(store, 'p/', { signal, exact: true }),
  expirePrefix: ({ store, signal }) => expirePrefix(store, 'p/', { signal }),
  expiration: ({ store, signal }) => expiration(store, 'p/', { signal }),
  cancelExpiration: ({ store, signal }) => cancelExpiration(store, 'p/', { signal }),
};

const MORE = { create: true, fsync: false };

const STORES: Readonly<Record<string, (root: string) => Promise<ObjectStore>>> = {
  memory: () => openStore({ provider: 'memory' }, { adapters: [memory] }),
  fs: (root) => openStore({ provider: 'fs', root, ...MORE }, { adapters: [fs] }),
  files: (root) => openStore({ provider: 'files', root, ...MORE }, { adapters: [files] }),
};

for (const [provider, openAt] of Object.entries(STORES)) {
  describe(`a signal on ${provider}`, function () {
    this.timeout(120_000);
    let directory = '';
    beforeEach(() => {
      directory = mkdtempSync(join(tmpdir(), 'aborted-'));
    });
    afterEach(() => rmSync(directory, { recursive: true, force: true }));

    async function open(name: string): Promise<ObjectStore> {
      const store = await openAt(join(directory, name));
      for (let i = 0; i < 5; i++) await store.put(`p/${i}`, 'x');
      return store;
    }

    for (const [name, call] of Object.entries(CALLS))
      it(`ends ${name} whenever it fires`, async () => {
        for (const turns of TURNS) {
          const run = `${turns ?? 'before'}`;
          const [store, other] = [await open(`${run}-a`), await open(`${run}-b`)];
          const controller = new AbortController();
          const { signal } = controller;
          if (turns === undefined) controller.abort();
          const ended = Promise.resolve(
            call({ store, other, signal, path: (file) => join(directory, `${run}-${file}`) }),
          ).then(
            (result: unknown) => result,
            (error: unknown) => error,
          );
          if (turns !== undefined) {
            for (let turn = 0; turn < turns; turn++) await immediate();
            controller.abort();
          }
          const limit = new AbortController();
          const never = delay(NEVER_MS, 'never', { signal: limit.signal }).catch(() => undefined);
          const result = await Promise.race([ended, never]);
          limit.abort();
          expect(result, `after ${run} turns`).not.to.equal('never');
          if (turns === undefined && /^(copy|move|sync)Prefix$/.test(name))
            expect(result).to.deep.include({ aborted: true, complete: false });
          await Promise.all([store.close(), other.close()]);
        }
      });
  });
}
