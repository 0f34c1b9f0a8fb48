import type { CommonPrefix, ObjectInfo, ObjectStore } from '@store/core';
import { estimate } from '@store/planning';
import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import { possible } from '../awkward-keys.js';
import { ANY_DELIMITER, ANY_KEY, DELIMITERS, KEY_ORDER, without } from '../needs.js';
import { collect, inByteOrder, keysUnder, putAll, type SuiteContext } from '../suite-context.js';

function nameOf(entry: ObjectInfo | CommonPrefix): string {
  return 'prefix' in entry ? `${entry.prefix} (group)` : entry.key;
}

async function names(
  store: ObjectStore,
  prefix: string,
  options: { delimiter: string; pageSize?: number },
): Promise<string[]> {
  const entries = await collect(store.list(prefix, options));
  const listed = entries.map((entry) => nameOf(entry).slice(prefix.length));
  return store.capabilities.list.order === 'utf8' ? listed : listed.sort();
}

export function listingTests({ test, testIf, store: current }: SuiteContext): void {
  test('names every key once and in the order of UTF-8 bytes', async (store, prefix) => {
    const all = ['a', 'a-b', 'a.b', 'a/b', 'a/b/c', 'a0', 'aa', 'd-', 'd.', 'd/e', 'd/e-f', 'd0', 'B', '~'];
    const beyond = ['é', '\uffee', '\u{10000}', '\u{1F600}', '!'];
    const keys = possible(store.capabilities.keys, [...all, ...beyond]);
    await putAll(
      store,
      keys.map((key) => prefix + key),
    );
    const listed = await keysUnder(store, prefix);
    if (store.capabilities.list.order === 'utf8') expect(listed).to.deep.equal(inByteOrder(keys));
    else expect(inByteOrder(listed)).to.deep.equal(inByteOrder(keys));
  });

  for (const pageSize of [1, 2, 3, 7]) {
    test(`turns pages of ${pageSize}`, async (store, prefix) => {
      const keys = Array.from({ length: 7 }, (_, i) => `${prefix}${i % 2 ? 'dir/' : ''}${i}`);
      await putAll(store, keys);
      const listed = (await collect(store.list(prefix, { pageSize }))).map(({ key }) => key);
      expect(inByteOrder(listed)).to.deep.equal(inByteOrder(keys));
    });
  }

  test('lists nothing under a prefix that has nothing', async (store, prefix) => {
    await store.put(`${prefix}a`, 'x');
    expect(await keysUnder(store, `${prefix}b`)).to.deep.equal([]);
    expect(await keysUnder(store, `${prefix}a/`)).to.deep.equal([]);
  });

  test('takes a prefix for what it is: the first characters of a key', async (store, prefix) => {
    const all = ['del/1', 'del', 'del-x/1', 'del0', 'delete/1', 'DEL/1', 'd'];
    const keys = possible(store.capabilities.keys, all);
    await putAll(
      store,
      keys.map((key) => prefix + key),
    );
    const beginning = keys.filter((key) => key.startsWith('del'));
    expect((await keysUnder(store, `${prefix}del`)).length).to.equal(beginning.length);
    expect(await keysUnder(store, `${prefix}del/`)).to.deep.equal(['1']);
    expect(await keysUnder(store, `${prefix}del0`)).to.deep.equal(['']);
  });

  testIf(
    [without(KEY_ORDER)],
    'refuses to begin after a key without an order of keys',
    async (store, prefix) => {
      await store.put(`${prefix}b`, 'x');
      await errorOf(collect(store.list(prefix, { startAfter: `${prefix}a` })), 'Unsupported');
    },
  );

  testIf([KEY_ORDER], 'begins after a key, whether it is there or not', async (store, prefix) => {
    const keys = possible(store.capabilities.keys, ['a', 'b/1', 'b', 'c']);
    const behind = (start: string) => inByteOrder(keys.filter((key) => key > start));
    await putAll(
      store,
      keys.map((key) => prefix + key),
    );
    const after = async (key: string): Promise<string[]> =>
      (await collect(store.list(prefix, { startAfter: prefix + key, pageSize: 2 }))).map((entry) =>
        entry.key.slice(prefix.length),
      );
    for (const start of ['a', 'aa', 'b', 'b/', 'b/1', 'c'])
      expect(await after(start), start).to.deep.equal(behind(start));
  });

  testIf([without(DELIMITERS)], 'refuses to group keys without the capability', async (store, prefix) => {
    await store.put(`${prefix}a/1`, 'x');
    await errorOf(collect(store.list(prefix, { delimiter: '/' })), 'Unsupported');
  });

  testIf(
    [without(ANY_DELIMITER)],
    'refuses delimiters but the slash without the capability',
    async (store, prefix) => {
      await store.put(`${prefix}abc`, 'x');
      await errorOf(collect(store.list(prefix, { delimiter: 'b' })), 'Unsupported');
    },
  );

  const grouped = ['a', 'a/1', 'a/2', 'a/b/3', 'b/1', 'c//1', 'd', '/e'];

  testIf([DELIMITERS, ANY_KEY], 'groups keys at the slash', async (store, prefix) => {
    await putAll(
      store,
      grouped.map((key) => prefix + key),
    );
    const top = ['/ (group)', 'a', 'a/ (group)', 'b/ (group)', 'c/ (group)', 'd'];
    expect(await names(store, prefix, { delimiter: '/' })).to.deep.equal(top);
    expect(await names(store, prefix, { delimiter: '/', pageSize: 1 })).to.deep.equal(top);
    expect(await names(store, prefix, { delimiter: '/', pageSize: 2 })).to.deep.equal(top);
    expect(await names(store, `${prefix}a/`, { delimiter: '/' })).to.deep.equal(['1', '2', 'b/ (group)']);
  });

  testIf([ANY_DELIMITER, ANY_KEY], 'groups keys at any delimiter', async (store, prefix) => {
    await putAll(
      store,
      grouped.map((key) => prefix + key),
    );
    expect(await names(store, prefix, { delimiter: '/1' })).to.deep.equal([
      '/e',
      'a',
      'a/1 (group)',
      'a/2',
      'a/b/3',
      'b/1 (group)',
      'c//1 (group)',
      'd',
    ]);
  });

  testIf(
    [ANY_KEY],
    'estimates exactly what is little, with the key that is called as the prefix',
    async (store, prefix) => {
      await putAll(
        store,
        ['', '1', '22', 'a/1', 'a/b/2', 'a/b/c/3', 'd/'].map((key) => prefix + key),
      );
      const content = (await collect(store.list(prefix))).map(({ size }) => size);
      const found = await estimate(store, prefix);
      expect(found).to.include({ objects: 7, listed: 7, exact: true });
      expect(found.bytes).to.equal(content.reduce<number>((sum, size) => sum + (size ?? Number.NaN), 0));
      if (store.capabilities.list.delimiter !== 'none') {
        const { largest } = found.distribution.groups;
        expect(largest.map((group) => [group.prefix.slice(prefix.length), group.objects])).to.deep.equal([
          ['a/', 3],
          ['d/', 1],
        ]);
      }
    },
  );

  test('goes on where it was when keys vanish and appear meanwhile', async (store, prefix) => {
    const keys = Array.from({ length: 40 }, (_, i) => `${prefix}${String(i).padStart(2, '0')}`);
    await putAll(store, keys);
    const seen: string[] = [];
    for await (const { key } of store.list(prefix, { pageSize: 5 })) {
      seen.push(key);
      // Everything listed goes at once, the page's last key included; something new comes far ahead.
      await store.delete(key);
      if (seen.length === 10) await store.put(`${prefix}99`, 'late');
    }
    expect(seen.filter((key) => key !== `${prefix}99`)).to.deep.equal(keys);
    expect(seen).to.have.length(new Set(seen).size);
  });

  test('can be left early, and begun again', async (store, prefix) => {
    await putAll(
      store,
      ['a', 'b', 'c'].map((key) => prefix + key),
    );
    const listing = store.list(prefix, { pageSize: 1 });
    for await (const { key } of listing) {
      expect(key).to.equal(`${prefix}a`);
      break;
    }
    expect(await keysUnder(store, prefix)).to.deep.equal(['a', 'b', 'c']);
  });

  test('ends with Aborted when the signal fires between pages', async (store, prefix) => {
    await putAll(
      store,
      ['a', 'b', 'c'].map((key) => prefix + key),
    );
    const controller = new AbortController();
    const consume = async (): Promise<void> => {
      for await (const _ of store.list(prefix, { pageSize: 1, signal: controller.signal }))
        controller.abort();
    };
    await errorOf(consume(), 'Aborted');
  });

  test('refuses page sizes and delimiters that make no sense', async (store, prefix) => {
    for (const options of [{ pageSize: 0 }, { pageSize: 1.5 }, { delimiter: '' }]) {
      await errorOf(collect(current().list(prefix, options as { delimiter: string })), 'InvalidArgument');
    }
    expect(store).to.equal(current());
  });
}
