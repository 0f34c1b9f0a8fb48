import { quoteKey, type ObjectStore } from '@store/core';
import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import { AWKWARD_KEYS, longestKey, possible } from '../awkward-keys.js';
import { DELIMITERS } from '../needs.js';
import { collect, inByteOrder, keysUnder, putAll, type SuiteContext } from '../suite-context.js';

export function keyTests({ test, testIf, expectations }: SuiteContext): void {
  const refused = expectations.refusedKeys ?? {};
  const usableIn = ({ capabilities }: ObjectStore): readonly string[] =>
    possible(
      capabilities.keys,
      AWKWARD_KEYS.filter((key) => !Object.hasOwn(refused, key)),
    );

  test('carries awkward keys through put, list, get, copy and delete', async (store, prefix) => {
    const usable = usableIn(store);
    const longest = longestKey(store.capabilities.keys, prefix).slice(prefix.length);
    const keys = [...usable, longest];
    await putAll(
      store,
      keys.map((key) => prefix + key),
    );
    const listed = await keysUnder(store, prefix);
    expect(inByteOrder(listed)).to.deep.equal(inByteOrder(keys));
    for (const key of keys) {
      const object = await store.get(prefix + key);
      expect(object.info.key, quoteKey(key)).to.equal(prefix + key);
      expect(await object.text(), quoteKey(key)).to.equal(prefix + key);
      expect((await store.head(prefix + key)).size, quoteKey(key)).to.equal(Buffer.byteLength(prefix + key));
    }
    for (const key of usable) await store.copy(prefix + key, `${prefix}copy/${key}`);
    expect(inByteOrder(await keysUnder(store, `${prefix}copy/`))).to.deep.equal(inByteOrder(usable));
    for (const key of usable) {
      const copy = await store.get(`${prefix}copy/${key}`);
      expect(await copy.text(), quoteKey(key)).to.equal(prefix + key);
    }
  });

  test('deletes one awkward key at a time and no look-alike of it', async (store, prefix) => {
    const usable = usableIn(store);
    await putAll(
      store,
      usable.map((key) => prefix + key),
    );
    const left = new Set(usable);
    for (const key of usable) {
      await store.delete(prefix + key);
      left.delete(key);
      expect(await store.exists(prefix + key), quoteKey(key)).to.equal(false);
    }
    expect(left.size).to.equal(0);
    // Once more, looking at the neighbours after each: the ones that normalisation would confuse.
    const confusable = [
      'a',
      'a/',
      '/a',
      'a//b',
      'a/b',
      'b',
      'a/../b',
      './a',
      'A',
      'a%2Fb',
      'a+b',
      'a b',
      '.',
      '..',
    ].filter((key) => usable.includes(key));
    for (const key of confusable) {
      await putAll(
        store,
        confusable.map((other) => prefix + other),
      );
      await store.delete(prefix + key);
      const others = confusable.filter((other) => other !== key);
      expect(inByteOrder(await keysUnder(store, prefix)), quoteKey(key)).to.deep.equal(inByteOrder(others));
    }
  });

  test('deletes awkward keys in a batch, and no look-alike of them', async (store, prefix) => {
    const usable = usableIn(store);
    const [doomed, kept] = [usable.filter((_, i) => i % 2 === 0), usable.filter((_, i) => i % 2 === 1)];
    await putAll(
      store,
      usable.map((key) => prefix + key),
    );
    const report = await store.deleteMany(doomed.map((key) => prefix + key));
    expect(report).to.include({ deleted: doomed.length, failed: 0, complete: true });
    expect(inByteOrder(await keysUnder(store, prefix))).to.deep.equal(inByteOrder(kept));
  });

  test('deletes awkward keys by prefix', async (store, prefix) => {
    const usable = usableIn(store);
    await putAll(
      store,
      usable.flatMap((key) => [`${prefix}p/${key}`, `${prefix}q/${key}`]),
    );
    const report = await store.deletePrefix(`${prefix}p/`, { verify: true });
    expect(report).to.deep.include({
      deleted: usable.length,
      complete: true,
      remaining: { count: 0, sample: [] },
    });
    expect(await keysUnder(store, prefix)).to.have.length(usable.length);
  });

  const namesIn = (store: ObjectStore): readonly string[] =>
    usableIn(store).filter((key) => !key.includes('/'));

  test('takes awkward keys as prefixes of listings', async (store, prefix) => {
    const names = namesIn(store);
    await putAll(
      store,
      names.map((name) => `${prefix}${name}/x`),
    );
    for (const name of names) {
      const listed = (await collect(store.list(`${prefix}${name}/`))).map(({ key }) => key);
      expect(listed, quoteKey(name)).to.deep.equal([`${prefix}${name}/x`]);
    }
  });

  testIf([DELIMITERS], 'groups awkward keys', async (store, prefix) => {
    const names = namesIn(store);
    await putAll(
      store,
      names.map((name) => `${prefix}${name}/x`),
    );
    const groups = await collect(store.list(prefix, { delimiter: '/' }));
    const found = groups.map((group) =>
      'prefix' in group ? group.prefix.slice(prefix.length, -1) : group.key,
    );
    expect(inByteOrder(found)).to.deep.equal(inByteOrder(names));
  });

  test('takes keys up to its limit, and refuses longer ones', async (store, prefix) => {
    const { maxBytes } = store.capabilities.keys;
    const longest = longestKey(store.capabilities.keys, prefix);
    expect(Buffer.byteLength(longest)).to.equal(maxBytes);
    await store.put(longest, 'x');
    expect(await store.exists(longest)).to.equal(true);
    await store.delete(longest);
    expect(await store.exists(longest)).to.equal(false);
    await errorOf(store.put(`${longest}x`, 'x'), 'InvalidArgument');
  });

  for (const [key, what] of [
    ['', 'the empty key'],
    ['a\ud800b', 'a key with a lone surrogate'],
  ] as const) {
    test(`refuses ${what} everywhere, and changes nothing`, async (store, prefix) => {
      await putAll(store, [`${prefix}k`, `${prefix}a\ufffdb`]);
      const calls: ((s: ObjectStore) => Promise<unknown>)[] = [
        (s) => s.put(key, 'x'),
        (s) => s.get(key),
        (s) => s.head(key),
        (s) => s.exists(key),
        (s) => s.copy(key, `${prefix}to`),
        (s) => s.copy(`${prefix}k`, key),
        (s) => s.delete(key),
        (s) => s.presign(key),
      ];
      for (const call of calls) await errorOf(call(store), 'InvalidArgument');
      const report = await store.deleteMany([key, `${prefix}k`]);
      expect(report).to.include({ deleted: 1, failed: 1 });
      expect(report.failures.byCode).to.deep.equal({ InvalidArgument: 1 });
      expect(await keysUnder(store, prefix)).to.deep.equal(['a\ufffdb']);
    });
  }

  for (const [key, reason] of Object.entries(refused)) {
    test(`refuses the key ${quoteKey(key)}: ${reason}`, async (store, prefix) => {
      await errorOf(store.put(prefix + key, 'x'), 'InvalidArgument');
      expect(await keysUnder(store, prefix)).to.deep.equal([]);
    });
  }
}
