import type { ObjectStore } from '@store/core';
import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import { DELETE_IF_MATCH, PUT_IF_ABSENT, PUT_IF_MATCH, without } from '../needs.js';
import type { SuiteContext } from '../suite-context.js';

const OTHER_TAG = '"00000000000000000000000000000000"';

async function textOf(store: ObjectStore, key: string): Promise<string> {
  return (await store.get(key)).text();
}

export function conditionTests({ test, testIf }: SuiteContext): void {
  testIf([without(PUT_IF_ABSENT)], 'refuses ifAbsent without the capability', async (store, prefix) => {
    await errorOf(store.put(`${prefix}k`, 'x', { ifAbsent: true }), 'Unsupported');
    expect(await store.exists(`${prefix}k`)).to.equal(false);
  });

  testIf([PUT_IF_ABSENT], 'ifAbsent writes only where nothing is', async (store, prefix) => {
    const key = `${prefix}k`;
    await store.put(key, 'first', { ifAbsent: true });
    await errorOf(store.put(key, 'second', { ifAbsent: true }), 'PreconditionFailed');
    expect(await textOf(store, key)).to.equal('first');
    await store.delete(key);
    await store.put(key, 'third', { ifAbsent: true });
    expect(await textOf(store, key)).to.equal('third');
  });

  testIf([PUT_IF_ABSENT], 'of many writers with ifAbsent, one wins', async (store, prefix) => {
    const key = `${prefix}k`;
    const attempts = Array.from({ length: 8 }, (_, i) => store.put(key, `writer ${i}`, { ifAbsent: true }));
    const results = await Promise.allSettled(attempts);
    const winners = results.flatMap(({ status }, i) => (status === 'fulfilled' ? [i] : []));
    expect(winners).to.have.length(1);
    expect(await textOf(store, key)).to.equal(`writer ${winners[0]}`);
  });

  testIf([without(PUT_IF_MATCH)], 'refuses ifMatch on put without the capability', async (store, prefix) => {
    const key = `${prefix}k`;
    const { etag } = await store.put(key, 'first');
    await errorOf(store.put(key, 'x', { ifMatch: etag }), 'Unsupported');
    expect(await textOf(store, key)).to.equal('first');
  });

  testIf([PUT_IF_MATCH], 'ifMatch replaces only what has this ETag', async (store, prefix) => {
    const key = `${prefix}k`;
    const { etag } = await store.put(key, 'first');
    await errorOf(store.put(key, 'wrong', { ifMatch: OTHER_TAG }), 'PreconditionFailed');
    await store.put(key, 'second', { ifMatch: etag });
    await errorOf(store.put(key, 'stale', { ifMatch: etag }), 'PreconditionFailed');
    expect(await textOf(store, key)).to.equal('second');
  });

  testIf(
    [without(DELETE_IF_MATCH)],
    'refuses deletes on condition without the capability',
    async (store, prefix) => {
      const key = `${prefix}k`;
      const { etag } = await store.put(key, 'x');
      await errorOf(store.delete(key, { ifMatch: etag }), 'Unsupported');
      await errorOf(store.deletePrefix(prefix, { ifUnchanged: true }), 'Unsupported');
      const report = await store.deleteMany([{ key, ifMatch: OTHER_TAG }]);
      expect(report.failures.byCode).to.deep.equal({ InvalidArgument: 1 });
      expect(await store.exists(key)).to.equal(true);
    },
  );

  testIf([DELETE_IF_MATCH], 'deletes on condition', async (store, prefix) => {
    const [changed, same] = [`${prefix}changed`, `${prefix}same`];
    await store.put(changed, 'x');
    const { etag } = await store.put(same, 'x');
    await errorOf(store.delete(changed, { ifMatch: OTHER_TAG }), 'PreconditionFailed');
    const report = await store.deleteMany([
      { key: changed, ifMatch: OTHER_TAG },
      { key: same, ifMatch: etag },
    ]);
    expect(report).to.include({ deleted: 1, blocked: 1, skipped: 1, failed: 0, complete: false });
    expect(report.failures.sample[0]).to.include({ key: changed, code: 'PreconditionFailed', blocked: true });
    expect(await store.exists(changed)).to.equal(true);
    expect(await store.exists(same)).to.equal(false);
    expect(await store.deletePrefix(prefix, { ifUnchanged: true })).to.include({
      deleted: 1,
      complete: true,
    });
  });

  test('reads on condition', async (store, prefix) => {
    const key = `${prefix}k`;
    const { etag } = await store.put(key, 'x');
    expect(await (await store.get(key, { ifMatch: etag })).text()).to.equal('x');
    expect(await (await store.get(key, { ifNoneMatch: OTHER_TAG })).text()).to.equal('x');
    expect((await store.head(key, { ifMatch: etag })).etag).to.equal(etag);
    await errorOf(store.get(key, { ifMatch: OTHER_TAG }), 'PreconditionFailed');
    await errorOf(store.get(key, { ifNoneMatch: etag }), 'PreconditionFailed');
    await errorOf(store.head(key, { ifMatch: OTHER_TAG }), 'PreconditionFailed');
    await errorOf(store.head(key, { ifNoneMatch: etag }), 'PreconditionFailed');
  });
}
