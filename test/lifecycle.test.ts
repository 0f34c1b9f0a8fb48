import { errorOf } from '@store/conformance';
import { createObjectStore, type ObjectStore, type StoreDriver } from '@store/core';
import { ctyunDriver } from '@store/ctyun';
import { startEmulator, type Emulator } from '@store/emulator';
import { memoryDriver } from '@store/memory';
import { ossDriver } from '@store/oss';
import { s3Driver } from '@store/s3';
import { cancelExpiration, expiration, expirePrefix } from '@store/lifecycle';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { FOREIGN_JSON, FOREIGN_PREFIXES, FOREIGN_S3, FOREIGN_XML } from './foreign-rules.js';

const DAY_MS = 86_400_000;

interface Service {
  readonly driver: (emulator: Emulator) => StoreDriver;
  /** Configurations that others may have written, as the driver gives rules back. */
  readonly foreign: readonly (readonly unknown[])[];
  /** Two rules must not expire the same keys. */
  readonly exclusive: boolean;
}

function s3On(emulator: Emulator, face: 's3' | 'oos', profile: 'minio' | 'ctyun-oos'): StoreDriver {
  const { accessKeyId, secretAccessKey } = emulator.credential;
  const region = face === 'oos' ? 'cn' : emulator.region;
  const config = { bucket: 'demo', endpoint: emulator.endpoints[face], region, accessKeyId, secretAccessKey };
  return s3Driver({ ...config, profile });
}

const SERVICES: Readonly<Record<string, Service>> = {
  s3: {
    driver: (emulator) => s3On(emulator, 's3', 'minio'),
    foreign: FOREIGN_S3,
    exclusive: false,
  },
  'CTYUN OOS': {
    driver: (emulator) => s3On(emulator, 'oos', 'ctyun-oos'),
    foreign: FOREIGN_PREFIXES,
    exclusive: true,
  },
  oss: {
    driver: ({ endpoints, credential }) =>
      ossDriver({
        bucket: 'demo',
        region: 'oss-us-east-1',
        endpoint: endpoints.oss?.replace('127.0.0.1', 'localhost'),
        pathStyle: true,
        accessKeyId: credential.accessKeyId,
        accessKeySecret: credential.secretAccessKey,
      }),
    foreign: FOREIGN_XML,
    exclusive: true,
  },
  'CTYUN ZOS': {
    driver: ({ endpoints, credential, regionId }) =>
      ctyunDriver({
        bucket: 'demo',
        regionId,
        endpoint: endpoints.zos,
        accessKey: credential.accessKeyId,
        secretKey: credential.secretAccessKey,
      }),
    foreign: FOREIGN_JSON,
    exclusive: false,
  },
};

for (const [name, { driver: make, foreign, exclusive }] of Object.entries(SERVICES)) {
  describe(`${name}: expiration by the provider`, () => {
    const open: AsyncDisposable[] = [];
    afterEach(async () => {
      for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
    });
    const start = async (): Promise<{ emulator: Emulator; driver: StoreDriver; store: ObjectStore }> => {
      const emulator = await startEmulator({ s3: {}, oss: {}, zos: {}, oos: {}, buckets: ['demo'] });
      const driver = make(emulator);
      const store = createObjectStore(driver, { retry: { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 2 } });
      open.push(emulator, store);
      return { emulator, driver, store };
    };
    /** Writes rules as somebody else would. */
    const write = async (driver: StoreDriver, rules: readonly unknown[]): Promise<void> => {
      const kept = rules.map((raw) => ({ id: '', enabled: true, prefix: '', expires: false, raw }));
      await driver.lifecycle?.put({ kept, added: [] }, {});
    };

    for (const [i, rules] of foreign.entries()) {
      it(`leaves the rules of others as they are (${i + 1}), and takes its own away at the end`, async () => {
        const { emulator, driver, store } = await start();
        const bucket = emulator.bucket('demo');
        if (rules.length > 0) await write(driver, rules);
        const before = bucket.lifecycle.rules?.map(({ xml }) => xml) ?? [];
        expect(before).to.have.length(rules.length);
        await bucket.seed(['tmp/1', 'tmp/2/3', 'tmp', 'tmp2/1']);

        const added = await expirePrefix(store, 'tmp/', { days: 2 });
        expect(added).to.include({ state: 'added', otherRules: rules.length });
        const during = bucket.lifecycle.rules?.map(({ xml }) => xml) ?? [];
        expect(during).to.have.length(rules.length + 1);
        expect(during.slice(0, rules.length)).to.deep.equal(before);
        expect((await expiration(store, 'tmp/')).remaining).to.deep.equal({ count: 2, more: false });

        const ours = bucket.lifecycle.rules?.filter(({ id }) => id === added.ruleIds[0]) ?? [];
        const others = bucket.lifecycle.rules;
        bucket.lifecycle.rules = ours;
        expect(await bucket.lifecycle.run(new Date(Date.now() + DAY_MS))).to.include({ objects: 0 });
        expect(await bucket.lifecycle.run(new Date(Date.now() + 2.1 * DAY_MS))).to.include({ objects: 2 });
        bucket.lifecycle.rules = others;
        expect(await bucket.keys()).to.deep.equal(['tmp', 'tmp2/1']);

        expect(await expiration(store, 'tmp/')).to.deep.include({ state: 'present' });
        expect(await expiration(store, 'tmp/', { removeWhenEmpty: true })).to.deep.include({
          state: 'removed',
        });
        expect(bucket.lifecycle.rules?.map(({ xml }) => xml) ?? []).to.deep.equal(before);
        expect(await expiration(store, 'tmp/')).to.deep.include({ state: 'absent' });
        expect(await cancelExpiration(store, 'tmp/')).to.equal(false);
      });
    }

    it('writes its rule once, changes it, and takes it away when it is told to', async () => {
      const { emulator, store } = await start();
      const { lifecycle } = emulator.bucket('demo');
      await expirePrefix(store, 'tmp/');
      await expirePrefix(store, 'other/');
      await expirePrefix(store, 'tmp/', { days: 7, noncurrentDays: 3, uploadsDays: 2 });
      expect(lifecycle.rules).to.have.length(2);
      const [text = ''] = lifecycle.rules?.map(({ xml }) => xml).filter((xml) => xml.includes('tmp/')) ?? [];
      expect(text).to.contain('<Days>7</Days>').and.contain('<NoncurrentDays>3</NoncurrentDays>');
      expect(await cancelExpiration(store, 'tmp/')).to.equal(true);
      expect(lifecycle.rules).to.have.length(1);
      expect(await cancelExpiration(store, 'other/')).to.equal(true);
      expect(lifecycle.rules).to.equal(undefined);
    });

    it('expires versions, uploads and delete markers when they are asked for', async () => {
      const { emulator, store } = await start();
      const bucket = emulator.bucket('demo');
      bucket.versioning = 'enabled';
      await bucket.seed(['tmp/1', 'other/1']);
      await bucket.seed(['tmp/1', 'other/1']);
      for (const key of ['tmp/u', 'other/u']) await bucket.memory.createUpload({ key }, {});
      await expirePrefix(store, 'tmp/', { noncurrentDays: 1, uploadsDays: 1, expiredMarkers: true });
      const later = new Date(Date.now() + 3 * DAY_MS);
      expect(await bucket.lifecycle.run(later)).to.include({ objects: 1, uploads: 1 });
      await bucket.lifecycle.run(later);
      await bucket.lifecycle.run(new Date(later.getTime() + DAY_MS));
      const { versions } = await bucket.memory.listVersions({ prefix: '', maxKeys: 100 }, {});
      expect(versions.map(({ key }) => key)).to.deep.equal(['other/1', 'other/1']);
      expect((await bucket.memory.listUploads({ prefix: '', maxUploads: 9 }, {})).uploads).to.have.length(1);
    });

    it('writes nothing in a dry run, and refuses what deletePrefix refuses', async () => {
      const { emulator, store } = await start();
      expect(await expirePrefix(store, 'tmp/', { dryRun: true })).to.include({ state: 'planned' });
      for (const call of [
        () => expirePrefix(store, 'tmp'),
        () => expirePrefix(store, ''),
        () => expirePrefix(store, 'tmp/', { days: 0 }),
        () => expirePrefix(store, 'tmp/', { noncurrentDays: 1.5 }),
      ])
        expect((await errorOf(call())).code).to.equal('InvalidArgument');
      expect(emulator.bucket('demo').lifecycle.rules).to.equal(undefined);
      expect((await expirePrefix(store, 'tmp', { partialName: true })).state).to.equal('added');
    });

    it(exclusive ? 'names the rule that is in the way' : 'takes overlapping rules', async () => {
      const { emulator, store } = await start();
      await expirePrefix(store, 'tmp/a/');
      if (!exclusive) {
        expect((await expirePrefix(store, 'tmp/')).state).to.equal('added');
        return;
      }
      const error = await errorOf(expirePrefix(store, 'tmp/'));
      expect(error).to.include({ code: 'Conflict', retryable: false });
      expect(error.message).to.contain('store-expire-').and.contain('"tmp/a/"');
      expect(emulator.bucket('demo').lifecycle.rules).to.have.length(1);
    });

    it('says so when somebody else writes the rules at the same time', async () => {
      const { emulator, driver, store } = await start();
      const [rules = []] = foreign.slice(1);
      await write(driver, rules);
      const { lifecycle } = emulator.bucket('demo');
      const stolen = lifecycle.rules;
      emulator.setFaults({
        faults: [
          {
            operation: ['PutBucketLifecycle', 'put-bucket-lifecycle-conf'],
            effect: {
              rewrite: (answer) => {
                lifecycle.rules = stolen;
                return answer;
              },
            },
          },
        ],
      });
      const error = await errorOf(expirePrefix(store, 'tmp/'));
      expect(error.code).to.equal('Conflict');
      expect(error.message).to.contain('is missing').and.contain('somebody else');
    });
  });
}

describe('expiration', () => {
  it('is not there where the store has no rules', async () => {
    const store = createObjectStore(memoryDriver());
    for (const call of [expirePrefix(store, 'p/'), expiration(store, 'p/'), cancelExpiration(store, 'p/')])
      expect((await errorOf(call)).code).to.equal('Unsupported');
  });
});
