// Tests against the server that `main.ts` has started; it says where in the environment.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeObjectStore, expectClosedBooks } from '@store/conformance';
import {
  diagnoseStore,
  openDriver,
  openStore,
  StoreError,
  type DeletionStrategy,
  type ObjectStore,
} from '@store/core';
import { startGateway } from '@store/gateway';
import { journalFile, undoDeletion } from '@store/journal';
import { s3 } from '@store/s3';
import { cancelExpiration, expiration, expirePrefix } from '@store/lifecycle';
import { estimate } from '@store/planning';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { FOREIGN_S3 } from '../foreign-rules.js';
import { makeBucket } from './buckets.js';
import { AWS_ANSWERS, EXPECTATIONS } from './expectations.js';
import type { Access } from './real-server.js';

const name = process.env['STORE_REAL_SERVER'] ?? '';
const access = JSON.parse(process.env['STORE_REAL_ACCESS'] ?? '') as Access;
const expectations = EXPECTATIONS[name];
if (!expectations) throw new Error(`there are no expectations of ${name}`);
const { config, versions, objects, suite, doctor } = expectations;

function open(bucket: string, more: object = {}): Promise<ObjectStore> {
  return openStore({ provider: 's3', bucket, ...access, ...config, ...more }, { adapters: [s3] });
}

/** Runs requests, some at a time. */
async function each<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
  const queue = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: 32 }, worker));
}

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

await makeBucket(access, 'store-plain', false);
describeObjectStore(`s3 on ${name}`, () => open('store-plain'), suite);
if (name === 'ceph') {
  // The engine behind the S3 endpoint of CTYUN ZOS: what the data plane of @store/ctyun sends has to work on it.
  await makeBucket(access, 'store-zos', false);
  describeObjectStore(
    's3 on ceph, as on CTYUN ZOS',
    () => open('store-zos', { profile: 'ctyun-zos' }),
    suite,
  );
}
if (name === 'ceph') {
  await makeBucket(access, 'store-gateway', false);
  const entry = { provider: 's3', bucket: 'store-gateway', ...access, ...config };
  const driver = openDriver(entry, { adapters: [s3] });
  const keys = { accessKeyId: 'GATEWAY', secretAccessKey: 'secret' };
  const gateway = await startGateway({ stores: { 'store-gateway': driver }, credentials: [keys] });
  after(() => gateway.close());
  const front = {
    ...keys,
    endpoint: gateway.url,
    region: 'us-east-1',
    profile: 'generic',
    quirks: { serverPrefixDelete: true, versions: false, conditionalPut: false },
  };
  describeObjectStore('s3 through the gateway to ceph', () => open('store-gateway', front), {
    ...suite,
    manyKeys: 1_200,
  });
}
if (versions) {
  await makeBucket(access, 'store-versioned', true);
  describeObjectStore(`s3 on ${name}, versioned`, () => open('store-versioned'), {
    ...suite,
    manyKeys: 1_200,
  });
}

describe(`deleting on ${name}`, () => {
  let store: ObjectStore;
  before(async () => {
    store = await open('store-plain');
  });
  after(() => store.close());

  const siblings = ['del', 'del-x/1', 'del0', 'delete/1'];
  for (const strategy of ['batch', 'single'] satisfies DeletionStrategy[]) {
    it(`deletes ${objects} objects by ${strategy}, and no sibling`, async () => {
      await each(siblings, (key) => store.put(key, 'stays'));
      const directory = (i: number): string => (strategy === 'batch' ? `${i % 100}/` : '');
      const keys = Array.from({ length: objects }, (_, i) => `del/${directory(i)}${i}`);
      await each(keys, (key) => store.put(key, 'x'));
      const found = await estimate(store, 'del/', { maxRequests: 60 });
      expect(found.objects).to.be.within(objects * 0.9, objects * 1.1);
      const report = await store.deletePrefix('del/', { strategy, verify: true });
      expectClosedBooks(report);
      expect(report).to.deep.include({
        strategy,
        listed: objects,
        deleted: objects,
        complete: true,
        remaining: { count: 0, sample: [] },
      });
      expect(await keysOf(store, 'del')).to.have.members(siblings);
    }).timeout(600_000);
  }

  it('works at once with Content-MD5, and finds out that it is wanted without being told', async () => {
    await using generic = await open('store-plain', { profile: 'generic' });
    await each(
      Array.from({ length: 500 }, (_, i) => `md5/${i}`),
      (key) => store.put(key, 'x'),
    );
    const report = await generic.deletePrefix('md5/');
    expect(report).to.include({ deleted: 500, complete: true, strategy: 'batch' });
    // Swift takes nothing else, Ceph takes anything.
    if (name === 'swift') expect(report.warnings.join()).to.match(/quirks\.contentMd5/);
    else expect(report.warnings).to.deep.equal([]);
  }).timeout(60_000);

  it('is described by store doctor as the table says', async () => {
    await makeBucket(access, 'store-doctor', false);
    const entry = { provider: 's3', bucket: 'store-doctor', ...access };
    const diagnosis = diagnoseStore(entry, { adapters: [s3] }, { prefix: 'somewhere/' });
    const answers: Record<string, string> = {};
    for await (const { probe, answer } of diagnosis ?? []) answers[probe] = answer;
    expect(answers).to.deep.equal({ ...AWS_ANSWERS, ...doctor });
    await using left = await open('store-doctor');
    expect(await keysOf(left, '')).to.deep.equal([]);
  }).timeout(120_000);

  if (name === 'ceph') {
    it('has the provider delete a prefix by itself, and leaves the rules of others as they are', async () => {
      await makeBucket(access, 'store-expire', false);
      await using expiring = await open('store-expire');
      const driver = openDriver(
        { provider: 's3', bucket: 'store-expire', ...access, ...config },
        { adapters: [s3] },
      );
      const keys = Array.from({ length: 60 }, (_, i) => `${i % 3 === 0 ? 'stays' : 'exp'}/${i}`);
      await each(keys, (key) => expiring.put(key, 'x'));
      for (const rules of FOREIGN_S3.slice(1)) {
        const kept = rules.map((raw) => ({ id: '', enabled: true, prefix: '', expires: false, raw }));
        const refused: unknown = await driver.lifecycle
          ?.put({ kept, added: [] }, {})
          .catch((error: unknown) => error);
        // What this service has not (sizes) or does not take is none of this test's business.
        if (refused instanceof StoreError) continue;
        const before = await driver.lifecycle?.get({});
        expect((await expirePrefix(expiring, 'later/', { days: 3650 })).state).to.equal('added');
        expect(await cancelExpiration(expiring, 'later/')).to.equal(true);
        expect(await driver.lifecycle?.get({})).to.deep.equal(before);
      }
      const before = await driver.lifecycle?.get({});
      await expirePrefix(expiring, 'exp/');
      let state = 'present';
      for (let i = 0; i < 90 && state !== 'removed'; i++) {
        await new Promise((resolve) => setTimeout(resolve, 1000));
        ({ state } = await expiration(expiring, 'exp/', { removeWhenEmpty: true }));
      }
      expect(state).to.equal('removed');
      expect(await keysOf(expiring, '')).to.have.length(20);
      expect(await driver.lifecycle?.get({})).to.deep.equal(before);
      await driver.close();
    }).timeout(180_000);
  }

  if (versions) {
    it('deletes 2,000 keys with 3 versions each, markers among them', async () => {
      await using versioned = await open('store-versioned');
      const keys = Array.from({ length: 2_000 }, (_, i) => `v/${i}`);
      for (const body of ['1', '2', '3']) await each(keys, (key) => versioned.put(key, body));
      const hidden = keys.filter((_, i) => i % 4 === 0);
      await each(hidden, (key) => versioned.delete(key));
      const first = await versioned.deletePrefix('v/', { versions: 'noncurrent', deleteMarkers: 'expired' });
      // The current version of each key that is not hidden stays; of the others nothing does.
      expect(first).to.include({ failed: 0, complete: true, deleted: 500 * 3 + 1_500 * 2 + 500 });
      expect(await keysOf(versioned, 'v/')).to.have.length(1_500);
      const left = [];
      for await (const one of versioned.listVersions('v/')) left.push(one.deleteMarker);
      expect(left).to.have.length(1_500).and.not.include(true);
      const second = await versioned.deletePrefix('v/', { versions: 'all', verify: true });
      expect(second).to.include({ deleted: 1_500, complete: true });
      for await (const one of versioned.listVersions('v/')) expect.fail(`${one.key} is left`);
    }).timeout(600_000);
    it('takes a deletion of 5,000 keys with 3 versions each back, but for 50 that were written since', async () => {
      await using versioned = await open('store-versioned');
      const keys = Array.from({ length: 5_000 }, (_, i) => `undo/${i}`);
      for (const body of ['1', '2', '3']) await each(keys, (key) => versioned.put(key, body));
      const all = async (): Promise<string[]> => {
        const lines: string[] = [];
        for await (const version of versioned.listVersions('undo/')) lines.push(JSON.stringify(version));
        return lines;
      };
      const was = await all();
      const directory = await mkdtemp(join(tmpdir(), 'undo-'));
      const path = join(directory, 'run.jsonl');
      await versioned.deletePrefix('undo/', { journal: journalFile(path) });
      expect(await keysOf(versioned, 'undo/')).to.deep.equal([]);
      const back = await undoDeletion(versioned, path);
      expect(back).to.include({ looked: 5_000, restored: 5_000, left: 0, complete: true });
      expect(await all()).to.deep.equal(was);

      const again = join(directory, 'again.jsonl');
      await versioned.deletePrefix('undo/', { journal: journalFile(again) });
      const since = keys.filter((_, i) => i % 100 === 0);
      await each(since, (key) => versioned.put(key, 'new'));
      const left: string[] = [];
      const report = await undoDeletion(versioned, again, { onLeft: ({ key }) => left.push(key) });
      expect(report).to.include({ looked: 5_000, restored: 4_950, left: 50, failed: 0 });
      expect(left).to.have.members(since);
      for (const key of since) expect(await (await versioned.get(key)).text()).to.equal('new');
      await versioned.deletePrefix('undo/', { versions: 'all' });
      await rm(directory, { recursive: true });
    }).timeout(1_800_000);
  } else {
    it('refuses to delete versions, and deletes nothing, where that cannot be done rightly', async () => {
      await store.put('v/1', 'x');
      for (const options of [
        { versions: 'all' },
        { deleteMarkers: 'expired' },
        { ifUnchanged: true },
      ] as const) {
        const error: unknown = await store.deletePrefix('v/', options).catch((thrown: unknown) => thrown);
        expect(error).to.include({ code: 'Unsupported' });
      }
      expect(await keysOf(store, 'v/')).to.deep.equal(['v/1']);
      await store.delete('v/1');
    });
  }
});
