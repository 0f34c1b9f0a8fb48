import {
  createObjectStore,
  DeletionError,
  type DeletionFailure,
  type DeletionReport,
  type ObjectStore,
  type StoreDriver,
} from '@store/core';
import { expectClosedBooks, withFaults, type FaultRule, type FaultyDriver } from '@store/conformance';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const SIBLINGS = ['del', 'del-x/1', 'del0', 'delete/1', 'DEL/1'];
const retry = { maxAttempts: 12, baseDelayMs: 1, maxDelayMs: 4 };

async function filled(count: number): Promise<StoreDriver> {
  const driver = memoryDriver();
  const store = createObjectStore(driver);
  for (let i = 0; i < count; i++) await store.put(`del/${String(i).padStart(5, '0')}`, 'x');
  for (const key of SIBLINGS) await store.put(key, 'x');
  return driver;
}

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
}

/** Holds the sums of a report against what the wrapper saw and what the driver really did. */
function expectReportToAgree(report: DeletionReport, { log, deletedKeys }: FaultyDriver): void {
  expectClosedBooks(report);
  const lists = log.filter(({ operation }) => operation === 'list.page');
  const deletes = log.filter(({ operation }) => operation === 'batch.delete' || operation === 'delete.one');
  expect(report.requests.list, 'list requests').to.equal(lists.length);
  expect(report.requests.delete, 'delete requests').to.equal(deletes.length);
  expect(report.deleted, 'deleted').to.equal(new Set(deletedKeys).size);
  expect(deletedKeys.every((key) => key.startsWith('del/'))).to.equal(true);
}

describe('deletion through a faulty service', () => {
  const rules: FaultRule[] = [
    {
      operation: ['batch.delete', 'list.page'],
      probability: 0.03,
      effect: { do: 'refuse', with: { code: 'Throttled', providerCode: 'SlowDown' } },
    },
    {
      operation: 'batch.delete',
      probability: 0.02,
      effect: { do: 'lose', with: { code: 'Unavailable', providerCode: 'ECONNRESET' } },
    },
    {
      operation: 'list.page',
      probability: 0.02,
      effect: { do: 'lose', with: { code: 'Unavailable', providerCode: 'ECONNRESET' } },
    },
    {
      operation: 'batch.delete',
      effect: {
        do: 'refuse-keys',
        of: (key) => key.endsWith('777'),
        with: { code: 'AccessDenied', providerCode: 'AccessDenied' },
      },
    },
    {
      operation: 'batch.delete',
      effect: {
        do: 'refuse-keys',
        of: 0.01,
        with: { code: 'Internal', retryable: true, providerCode: 'InternalError' },
      },
    },
    { operation: 'list.page', nth: 4, effect: { do: 'repeat-page' } },
    { operation: 'list.page', nth: 7, effect: { do: 'drop-token' } },
    { operation: 'list.page', nth: 9, effect: { do: 'reverse-page' } },
  ];

  for (const seed of [1, 2, 3, 4, 5]) {
    it(`deletes all of 10,000 keys that can be, and reports the others (seed ${seed})`, async () => {
      const memory = await filled(10_000);
      const faulty = withFaults(memory, { seed, rules });
      const failures: DeletionFailure[] = [];
      const report = await createObjectStore(faulty.driver, { retry }).deletePrefix('del/', {
        onFailure: (failure) => void failures.push(failure),
      });
      expect(report).to.include({
        listed: 10_000,
        matched: 10_000,
        deleted: 9990,
        failed: 10,
        complete: false,
        aborted: false,
      });
      expect(report.failures.byCode).to.deep.equal({ AccessDenied: 10 });
      const denied = Array.from({ length: 10 }, (_, i) => `del/0${i}777`);
      expect(
        failures
          .map(({ key, code, providerCode }) => ({ key, code, providerCode }))
          .sort((a, b) => (a.key < b.key ? -1 : 1)),
      ).to.deep.equal(denied.map((key) => ({ key, code: 'AccessDenied', providerCode: 'AccessDenied' })));
      expectReportToAgree(report, faulty);
      expect((await keysOf(createObjectStore(memory))).sort()).to.deep.equal([...denied, ...SIBLINGS].sort());
    });
  }

  for (const [what, effect] of Object.entries({
    'a page that always repeats': { do: 'repeat-page' },
    'a listing truncated without a token': { do: 'drop-token' },
    'a token that repeats': { do: 'repeat-token' },
    'keys out of order': { do: 'reverse-page' },
    'a key outside the prefix': { do: 'foreign-key', key: 'del-x/1' },
  } as const)) {
    it(`${what} is an error with a report, not an end`, async () => {
      const memory = await filled(3000);
      const always = [2, 3, 4, 5, 6].map((nth): FaultRule => ({ operation: 'list.page', nth, effect }));
      const faulty = withFaults(memory, { rules: always });
      const error: unknown = await createObjectStore(faulty.driver, { retry })
        .deletePrefix('del/')
        .catch((thrown: unknown) => thrown);
      if (!(error instanceof DeletionError)) return expect.fail('it should have been rejected with a report');
      expect(error.code).to.equal('Corrupt');
      expect(error.report).to.include({ listed: 1000, deleted: 1000, complete: false });
      expectReportToAgree(error.report, faulty);
      expect(await keysOf(createObjectStore(memory))).to.include.members(SIBLINGS);
    });
  }

  it('does not take silence for success: keys that stay unmentioned are failures, even when they are gone', async () => {
    for (const deleted of [true, false]) {
      const memory = await filled(100);
      const of = (key: string): boolean => key.endsWith('5');
      const faulty = withFaults(memory, {
        rules: [
          { operation: 'batch.delete', effect: { do: 'omit-keys', of, deleted } },
          { operation: 'batch.delete', effect: { do: 'invent-key', key: 'del-x/1' } },
          { operation: 'delete.one', effect: { do: 'refuse', with: { code: 'AccessDenied' } } },
        ],
      });
      const report = await createObjectStore(faulty.driver, { retry }).deletePrefix('del/', { verify: true });
      expect(report).to.include({ deleted: 90, failed: 10, complete: false });
      expect(report.remaining?.count).to.equal(deleted ? 0 : 10);
      expect(report.warnings.join()).to.include('not asked to delete');
      expectClosedBooks(report);
    }
  });
});

describe('withFaults', () => {
  it('does the same for the same seed', async () => {
    const run = async (): Promise<unknown> => {
      const faulty = withFaults(await filled(500), {
        seed: 9,
        rules: [
          {
            operation: 'batch.delete',
            effect: { do: 'refuse-keys', of: 0.3, with: { code: 'AccessDenied' } },
          },
        ],
      });
      await createObjectStore(faulty.driver, { retry }).deletePrefix('del/');
      return faulty.deletedKeys;
    };
    expect(await run()).to.deep.equal(await run());
  });

  it('keeps to nth and times, and leaves absent methods absent', async () => {
    const faulty = withFaults(await filled(1), {
      rules: [
        { operation: 'read.head', nth: 2, effect: { do: 'refuse', with: { code: 'NotFound' } } },
        { operation: 'read.get', times: 1, effect: { do: 'refuse', with: { code: 'AccessDenied' } } },
      ],
    });
    const store = createObjectStore(faulty.driver);
    expect([await store.exists('del'), await store.exists('del'), await store.exists('del')]).to.deep.equal([
      true,
      false,
      true,
    ]);
    const codes = await Promise.all(
      [1, 2].map(() =>
        store.get('del').then(
          () => 'ok',
          (error: { code: string }) => error.code,
        ),
      ),
    );
    expect(codes).to.deep.equal(['AccessDenied', 'ok']);
    expect(faulty.driver.presign).to.equal(undefined);
    expect(faulty.log.map(({ operation, failed }) => [operation, failed])).to.deep.equal([
      ['read.head', false],
      ['read.head', true],
      ['read.head', false],
      ['read.get', true],
      ['read.get', false],
    ]);
  });
});
