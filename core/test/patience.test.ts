import {
  createObjectStore,
  DeletionError,
  StoreError,
  type RetryEvent,
  type StoreErrorCode,
  type StoreErrorDetails,
} from '@store/core';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { brokenRun } from './deletion-harness.js';
import {
  SetDriver,
  SimulatedClock,
  errorOf,
  expectClosedBooks,
  numbered,
  type SetDriverSettings,
} from '@store/conformance';

type Request = 'list' | 'batch' | 'single' | 'key';

/** A store that fails from the third request on, for some time. */
function outage(
  {
    seconds,
    of,
    code,
    details,
  }: {
    readonly seconds: number;
    readonly of: readonly Request[];
    readonly code: StoreErrorCode;
    readonly details?: StoreErrorDetails;
  },
  settings: Partial<SetDriverSettings> & Parameters<typeof createObjectStore>[1] = {},
) {
  const clock = new SimulatedClock();
  let requests = 0;
  let until: number | undefined;
  const isDown = (request: Request): boolean => {
    if (!of.includes(request) || ++requests < 3) return false;
    until ??= clock.now() + seconds * 1000;
    return clock.now() < until;
  };
  const failure = (): StoreError => new StoreError(code, 'it is down', details);
  const check = (request: Request): void => {
    if (isDown(request)) throw failure();
  };
  const driver = new SetDriver({
    keys: numbered(20_000),
    onList: () => check('list'),
    onSingle: () => check('single'),
    onBatch: (targets, really) => {
      check('batch');
      if (!isDown('key')) return really();
      const { message, retryable } = failure();
      return {
        deleted: [],
        failed: targets.map((target) => ({ ...target, reason: { code, message, retryable } })),
      };
    },
    ...settings,
  });
  const { retry, onRetry } = settings;
  return { clock, driver, store: createObjectStore(driver, { clock, retry, onRetry }) };
}

describe('a service that is down for a while', () => {
  for (const code of ['Unavailable', 'Throttled'] as const) {
    for (const of of ['list', 'batch', 'single', 'key'] as const) {
      it(`costs no key when it comes back within a minute (${code}, ${of})`, async () => {
        const { store } = outage({ seconds: 55, of: [of], code }, of === 'single' ? { batch: false } : {});
        const report = await store.deletePrefix('p/');
        expect(report).to.include({ deleted: 20_000, failed: 0, complete: true });
        expectClosedBooks(report);
      });
    }
  }

  it('is waited for no longer than patience lasts, and till its end', async () => {
    const events: RetryEvent[] = [];
    const { store, clock } = outage(
      { seconds: 3600, of: ['batch'], code: 'Unavailable' },
      { retry: { patienceMs: 10_000 }, onRetry: (event) => void events.push(event) },
    );
    const report = await store.deletePrefix('p/', { maxDelete: 3000, concurrency: 1 });
    expect(report).to.include({ deleted: 2000, failed: 1000, maxDeleteReached: true });
    expect(report.failures.byCode).to.deep.equal({ Unavailable: 1000 });
    expect(report.failures.sample[0]?.attempts).to.equal(events.length + 1);
    const waited = clock.sleeps.reduce((sum, ms) => sum + ms, 0);
    expect(waited).to.be.closeTo(10_000, 0.001);
    expect(Math.max(...clock.sleeps)).to.be.at.most(5000);
    expect(events.at(-1)?.elapsedMs).to.be.below(10_000);
    expectClosedBooks(report);
  });

  it('tells of each wait: what failed, how often, since when, and how long the wait is', async () => {
    const events: RetryEvent[] = [];
    const { store, clock } = outage(
      { seconds: 20, of: ['single'], code: 'Unavailable' },
      { batch: false, onRetry: (event) => void events.push(event) },
    );
    await store.deletePrefix('p/', { maxDelete: 5, concurrency: 1 });
    expect(events.length).to.be.above(3);
    expect(events[0]).to.include({
      operation: 'deleteOne',
      provider: 'set',
      key: 'p/00002',
      code: 'Unavailable',
      message: 'it is down',
      attempt: 1,
      elapsedMs: 0,
    });
    expect(events.map(({ waitMs }) => waitMs)).to.include.members(clock.sleeps);
  });

  it('tells of waits of single calls and listings, too', async () => {
    const events: RetryEvent[] = [];
    const { store } = outage(
      { seconds: 5, of: ['list', 'single'], code: 'Throttled' },
      { onRetry: (event) => void events.push(event) },
    );
    for (let i = 0; i < 3; i++) await store.delete(`p/00000${i}`);
    expect(new Set(events.map(({ operation }) => operation))).to.deep.equal(new Set(['delete']));
    const { store: other } = outage(
      { seconds: 5, of: ['list'], code: 'Throttled' },
      { pageSize: 100, onRetry: (event) => void events.push(event) },
    );
    for await (const { key } of other.list('p/')) if (key > 'p/00500') break;
    expect(events.map(({ operation }) => operation)).to.include('list');
  });

  it('is not waited for any longer when a count of attempts is given', async () => {
    for (const [code, attempts] of [
      ['Unavailable', 3],
      ['Throttled', 12],
    ] as const) {
      const { store } = outage({ seconds: 3600, of: ['batch'], code }, { retry: { maxAttempts: 3 } });
      const { failures } = await store.deletePrefix('p/', { maxDelete: 3000, concurrency: 1 });
      expect(failures.sample[0]).to.include({ code, attempts });
    }
  });

  it('does not use up the attempts of other failures', async () => {
    const codes: StoreErrorCode[] = [
      ...Array<StoreErrorCode>(12).fill('Unavailable'),
      ...Array<StoreErrorCode>(7).fill('Timeout'),
    ];
    const { store, driver } = outage(
      { seconds: 0, of: [], code: 'Timeout' },
      {
        keys: numbered(10),
        onBatch: (_targets, really) => {
          const code = codes.shift();
          if (code) throw new StoreError(code, 'not now');
          return really();
        },
      },
    );
    expect(await store.deletePrefix('p/')).to.include({ deleted: 10, complete: true });
    expect(driver.batches).to.have.length(20);
  });

  it('is left at once when the signal fires, wherever it is waited for', async () => {
    for (const of of ['list', 'batch', 'single', 'key'] as const) {
      const controller = new AbortController();
      const { store, clock } = outage(
        { seconds: 3600, of: [of], code: 'Unavailable', details: { retryAfterMs: 200_000 } },
        { ...(of === 'single' ? { batch: false } : {}), onRetry: () => controller.abort() },
      );
      const begun = clock.now();
      const report = await store.deletePrefix('p/', { signal: controller.signal, concurrency: 1 });
      expect(report, of).to.include({ aborted: true, complete: false });
      expect(clock.now() - begun, of).to.equal(0);
      expectClosedBooks(report);
    }
  });

  it('ends the run, with closed books, when onRetry throws', async () => {
    for (const of of ['list', 'batch', 'single', 'key'] as const) {
      const { store } = outage(
        { seconds: 3600, of: [of], code: 'Unavailable' },
        {
          ...(of === 'single' ? { batch: false } : {}),
          onRetry: () => {
            throw new Error('no more');
          },
        },
      );
      const { reason, report } = await brokenRun(store.deletePrefix('p/'));
      expect(reason, of).to.equal('no more');
      expectClosedBooks(report);
    }
    const { store } = outage(
      { seconds: 3600, of: ['single'], code: 'Unavailable' },
      {
        onRetry: () => {
          throw new Error('no more');
        },
      },
    );
    const calls = Promise.all(['a', 'b', 'c'].map((key) => store.delete(key)));
    expect(await errorOf(calls))
      .to.be.instanceOf(StoreError)
      .and.include({ reason: 'no more' });
  });
});

describe('DeletionError', () => {
  it('says all that its cause says', async () => {
    const cause = new StoreError('AccessDenied', 'no', {
      provider: 'set',
      operation: 'list',
      key: 'k',
      retryable: false,
      providerCode: 'P',
      status: 403,
      requestId: 'r',
      retryAfterMs: 7,
      blocked: true,
      adjusted: 'quirks.x',
    });
    const { store } = outage(
      { seconds: 0, of: [], code: 'Internal' },
      {
        onList: () => {
          throw cause;
        },
      },
    );
    const error = await brokenRun(store.deletePrefix('p/'));
    expect(error).to.be.instanceOf(DeletionError);
    const said = ({ code, message, provider, operation, key, retryable, ...rest }: StoreError) => {
      const { providerCode, status, requestId, retryAfterMs, blocked, adjusted } = rest;
      return [
        code,
        message,
        provider,
        operation,
        key,
        retryable,
        providerCode,
        status,
        requestId,
        retryAfterMs,
        blocked,
        adjusted,
      ];
    };
    expect(said(error)).to.deep.equal(said(cause));
    expect(error.cause).to.equal(cause);
  });

  it('and a failure says when to come back', async () => {
    const reason = {
      code: 'Conflict',
      message: 'busy',
      retryable: false,
      retryAfterMs: 9,
      adjusted: 'x',
    } as const;
    const { store } = outage(
      { seconds: 0, of: [], code: 'Internal' },
      {
        keys: numbered(2),
        onBatch: (targets) => ({ deleted: [], failed: targets.map((target) => ({ ...target, reason })) }),
      },
    );
    const { failures } = await store.deletePrefix('p/');
    expect(failures.sample[0]).to.include({ code: 'Conflict', retryAfterMs: 9, adjusted: 'x' });
  });
});
