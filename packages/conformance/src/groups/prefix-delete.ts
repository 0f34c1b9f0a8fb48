import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import { AWKWARD_KEYS } from '../awkward-keys.js';
import { PREFIX_DELETE, without } from '../needs.js';
import { collect, inByteOrder, keysUnder, putAll, putMany, type SuiteContext } from '../suite-context.js';
import { expectClosedBooks } from '../closed-books.js';

const BY_SERVER = { strategy: 'server-prefix' } as const;

/** Deletes that the service carries out by itself. */
export function prefixDeleteTests({ testIf, expectations }: SuiteContext): void {
  testIf([without(PREFIX_DELETE)], 'refuses server-prefix without the capability', async (store, prefix) => {
    await putAll(store, [`${prefix}del/1`, `${prefix}del/2`]);
    await errorOf(store.deletePrefix(`${prefix}del/`, BY_SERVER), 'Unsupported');
    expect(await keysUnder(store, prefix)).to.have.length(2);
  });

  testIf([PREFIX_DELETE], 'leaves a prefix to the service', async (store, prefix) => {
    const siblings = ['del', 'del-x/1', 'del0', 'DEL/1', 'x/del/1'];
    await putAll(
      store,
      [...siblings, 'del/', 'del/1', 'del/2/3', 'del//'].map((key) => prefix + key),
    );
    const report = await store.deletePrefix(`${prefix}del/`, { ...BY_SERVER, verify: true });
    expect(report).to.deep.include({
      strategy: 'server-prefix',
      listed: 4,
      matched: 4,
      deleted: 4,
      failed: 0,
      complete: true,
      remaining: { count: 0, sample: [] },
    });
    expect(report.bytes).to.be.greaterThan(0);
    expectClosedBooks(report);
    expect(inByteOrder(await keysUnder(store, prefix))).to.deep.equal(inByteOrder(siblings));
  });

  testIf([PREFIX_DELETE], 'leaves awkward keys to the service', async (store, prefix) => {
    const usable = AWKWARD_KEYS.filter((key) => expectations.refusedKeys?.[key] === undefined);
    await putAll(
      store,
      usable.flatMap((key) => [`${prefix}in/${key}`, `${prefix}out/${key}`]),
    );
    const report = await store.deletePrefix(`${prefix}in/`, BY_SERVER);
    expect(report).to.include({ deleted: usable.length, failed: 0, complete: true });
    expect(inByteOrder(await keysUnder(store, `${prefix}out/`))).to.deep.equal(inByteOrder(usable));
    expect(await keysUnder(store, `${prefix}in/`)).to.deep.equal([]);
  });

  testIf(
    [PREFIX_DELETE],
    'stops where the caller says, and deletes nothing in a dry run',
    async (store, prefix) => {
      await putAll(
        store,
        Array.from({ length: 30 }, (_, i) => `${prefix}${i}`),
      );
      const dry = await store.deletePrefix(prefix, { ...BY_SERVER, dryRun: true });
      expect(dry).to.include({ matched: 30, deleted: 0, dryRun: true });
      const some = await store.deletePrefix(prefix, { ...BY_SERVER, maxDelete: 10 });
      expect(some).to.include({ deleted: 10, maxDeleteReached: true, complete: false });
      expect(await keysUnder(store, prefix)).to.have.length(20);
      expect(await store.deletePrefix(prefix, { ...BY_SERVER, maxDelete: 20 })).to.include({
        deleted: 20,
        maxDeleteReached: false,
        complete: true,
      });
      expect(await collect(store.list(prefix))).to.deep.equal([]);
    },
  );

  testIf([PREFIX_DELETE], 'refuses what the service could not look at', async (store, prefix) => {
    await putAll(store, [`${prefix}a`, `${prefix}b`]);
    for (const filter of [{ include: 'a' }, { olderThan: 1 }, { minSize: 1 }])
      await errorOf(store.deletePrefix(prefix, { ...BY_SERVER, ...filter }), 'InvalidArgument');
    await errorOf(store.deletePrefix(prefix.slice(0, -1), BY_SERVER), 'InvalidArgument');
    await errorOf(store.deleteMany([`${prefix}a`], BY_SERVER), 'InvalidArgument');
    expect(await keysUnder(store, prefix)).to.have.length(2);
  });

  const many = expectations.manyKeys ?? 2500;
  if (many > 0) {
    testIf([PREFIX_DELETE], `leaves ${many} keys to the service`, async (store, prefix) => {
      const { prefixDelete } = store.capabilities;
      await putMany(
        expectations,
        store,
        Array.from({ length: many }, (_, i) => `${prefix}${i % 7}/${i}`),
      );
      const report = await store.deletePrefix(prefix, BY_SERVER);
      expect(report).to.include({ deleted: many, failed: 0, complete: true });
      expect(report.requests.delete).to.be.at.least(
        Math.ceil(many / (prefixDelete ? prefixDelete.maxKeys : 1)),
      );
      expect(await keysUnder(store, prefix)).to.deep.equal([]);
    });
  }
}
