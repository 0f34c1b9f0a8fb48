import { createObjectStore, StoreError, type Lifecycle, type StoreDriver } from '@store/core';
import { BARE, SimulatedClock } from '@store/conformance';
import { cancelExpiration, expiration, expirePrefix } from '@store/lifecycle';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const OTHERS = { id: 'theirs', enabled: true, prefix: 'logs/', expires: true, raw: { days: 9 } };

/** A driver of a bucket whose rules are these; `requests` counts what is asked of them. */
function bucketWith(
  before: Lifecycle,
  overlap = true,
): StoreDriver & { readonly rules: () => Lifecycle; requests: number } {
  let rules = before;
  const driver = {
    ...memoryDriver(),
    requests: 0,
    rules: () => rules,
    lifecycle: {
      maxRules: 3,
      overlap,
      get: async () => {
        driver.requests++;
        return rules;
      },
      put: async ({
        kept,
        added,
        extra,
      }: {
        kept: Lifecycle['rules'];
        added: readonly { id: string; prefix: string }[];
        extra?: unknown;
      }) => {
        driver.requests++;
        const own = added.map((rule) => ({
          id: rule.id,
          prefix: rule.prefix,
          enabled: true,
          expires: true,
          raw: rule,
        }));
        rules = { rules: [...kept, ...own], extra };
      },
    },
  };
  return driver;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    (error: unknown) => (error instanceof StoreError ? error.code : String(error)),
  );
}

describe('expiring a prefix', () => {
  it('adds a rule, follows it, and takes it away when nothing is left; rules of others stay', async () => {
    const driver = bucketWith({ rules: [OTHERS], extra: 'theirs too' });
    const clock = new SimulatedClock();
    const store = createObjectStore(driver, { clock });
    await store.put('p/1', 'x');
    const planned = await expirePrefix(store, 'p/', { days: 2, dryRun: true });
    expect(planned).to.include({ state: 'planned', otherRules: 1 });
    expect(driver.rules().rules).to.deep.equal([OTHERS]);

    const added = await expirePrefix(store, 'p/', { days: 2 });
    expect(added).to.deep.include({ state: 'added', ruleIds: planned.ruleIds, otherRules: 1 });
    expect(added.actsFrom).to.equal(new Date(Date.UTC(2026, 0, 3)).toISOString());
    expect(driver.rules()).to.deep.include({ extra: 'theirs too' });
    expect(driver.rules().rules.map(({ id }) => id)).to.deep.equal(['theirs', ...added.ruleIds]);

    const status = await expiration(store, 'p/', { removeWhenEmpty: true });
    expect(status).to.deep.include({ state: 'present', remaining: { count: 1, more: false } });
    await store.delete('p/1');
    expect(await expiration(store, 'p/', { removeWhenEmpty: true })).to.include({ state: 'removed' });
    expect(await cancelExpiration(store, 'p/')).to.equal(false);
    expect(driver.rules().rules).to.deep.equal([OTHERS]);
  });

  it('counts no further than it is asked to', async () => {
    const store = createObjectStore(bucketWith({ rules: [] }));
    for (const key of ['p/1', 'p/2', 'p/3']) await store.put(key, 'x');
    const { remaining } = await expiration(store, 'p/', { countLimit: 2 });
    expect(remaining).to.deep.equal({ count: 2, more: true });
  });

  it('refuses what would not fit, or be in the way, before it writes anything', async () => {
    const full = bucketWith({ rules: [OTHERS, OTHERS, OTHERS] });
    expect(await codeOf(expirePrefix(createObjectStore(full), 'p/'))).to.equal('Conflict');
    const alone = bucketWith({ rules: [OTHERS] }, false);
    expect(await codeOf(expirePrefix(createObjectStore(alone), 'logs/old/'))).to.equal('Conflict');
    expect([full.requests, alone.requests]).to.deep.equal([1, 1]);
  });

  it('refuses a call that means more than it says, before any request', async () => {
    const driver = bucketWith({ rules: [] });
    const store = createObjectStore(driver);
    const calls: readonly Promise<unknown>[] = [
      expirePrefix(store, 'p'),
      expirePrefix(store, ''),
      expirePrefix(store, 'p/', { days: 0 }),
      expirePrefix(store, 'p/', { dryrun: true } as object),
      expirePrefix(store, 'p/', { tag: { name: 'a', value: 'b' }, uploadsDays: 1 }),
      expiration(store, 'p/', { removeWhenEmty: true } as object),
      cancelExpiration(store, 'p/', { dryRun: true } as object),
    ];
    expect(await Promise.all(calls.map(codeOf))).to.deep.equal(calls.map(() => 'InvalidArgument'));
    expect(driver.requests).to.equal(0);
  });

  it('says when there are no rules, when the store is closed, and when it is none', async () => {
    const store = createObjectStore(BARE);
    expect(await codeOf(expirePrefix(store, 'p/'))).to.equal('Unsupported');
    await store.close();
    expect(await codeOf(expiration(store, 'p/'))).to.equal('InvalidArgument');
    expect(await codeOf(cancelExpiration({ ...store }, 'p/'))).to.equal('InvalidArgument');
  });
});
