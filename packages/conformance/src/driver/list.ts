import type { StoreDriver } from '@store/core';
import { quoteKey } from '@store/core';
import { expect } from 'chai';
import { possible } from '../awkward-keys.js';
import { numbered } from '../numbered.js';
import { inByteOrder } from '../suite-context.js';
import { CALL, each, keysIn, pagesOf, putKeys, type DriverContext } from './driver-context.js';

/** As they come where the driver promises an order, else sorted. */
function comparable(driver: StoreDriver, keys: readonly string[]): readonly string[] {
  return driver.list.order === 'utf8' ? keys : inByteOrder(keys);
}

/** Keys and groups by their names, without the prefix; page by page, each page's own in any order. */
async function entriesOf(
  driver: StoreDriver,
  prefix: string,
  delimiter: string,
  maxKeys: number,
): Promise<string[]> {
  const pages = await pagesOf(driver, { prefix, delimiter, maxKeys });
  const names = pages.flatMap(({ objects, prefixes }) => [
    ...objects.map(({ key }) => key),
    ...prefixes.map((group) => `${group.prefix} (group)`),
  ]);
  return names.map((name) => name.slice(prefix.length)).sort();
}

export function listTests({ test }: DriverContext): void {
  for (const maxKeys of [1, 2, 3, 7, 8]) {
    test(`names each of 7 keys once in pages of ${maxKeys}`, async ({ driver, prefix }) => {
      const names = numbered(7, 'dir/');
      await putKeys(
        driver,
        names.map((name) => prefix + name),
      );
      expect(comparable(driver, await keysIn(driver, prefix, { maxKeys }))).to.deep.equal(names);
    });
  }

  for (const maxKeys of [1, 2, 3]) {
    test(`gives no page of ${maxKeys} more entries than that`, async ({ driver, prefix }) => {
      const delimiter = driver.list.delimiter === 'none' ? undefined : '/';
      const names = ['a', 'b', 'c', 'd', 'dir/1', 'dir/2', 'other/1'];
      await putKeys(
        driver,
        names.map((name) => prefix + name),
      );
      const flat = await pagesOf(driver, { prefix, maxKeys });
      const grouped = await pagesOf(driver, { prefix, maxKeys, delimiter });
      for (const { objects, prefixes, unnameable = [] } of [...flat, ...grouped]) {
        expect(objects.length + prefixes.length + unnameable.length).to.be.at.most(maxKeys);
      }
    });
  }

  test('gives keys in the order that it promises', async ({ driver, prefix, skip }) => {
    if (driver.list.order !== 'utf8') return skip('this driver promises none');
    const plain = ['a', 'a!', 'a-b', 'a/b', 'a/b/c', 'a0', 'd!', 'd-', 'd/e', 'd/e-', 'd0', 'B', '~'];
    const names = possible(driver.keys, [...plain, 'é', '\uffee', '\u{10000}', '\u{1F600}']);
    await putKeys(
      driver,
      names.map((name) => prefix + name),
    );
    for (const maxKeys of [1, 5, 100]) {
      expect(await keysIn(driver, prefix, { maxKeys })).to.deep.equal(inByteOrder(names));
    }
  });

  test('takes the largest page that it states, and an empty prefix', async ({ driver, prefix }) => {
    const { maxPageSize: maxKeys } = driver.list;
    await putKeys(driver, [`${prefix}a`, `${prefix}b`]);
    expect(inByteOrder(await keysIn(driver, prefix, { maxKeys }))).to.deep.equal(['a', 'b']);
    const { objects } = await driver.list.page({ prefix: '', maxKeys: 2 }, CALL);
    expect(objects).to.have.length(2);
  });

  test('says that there is no more where there is nothing', async ({ driver, prefix }) => {
    await putKeys(driver, [`${prefix}a`]);
    for (const nothing of [`${prefix}b`, `${prefix}a/`]) {
      const { objects, prefixes, truncated } = await driver.list.page({ prefix: nothing, maxKeys: 10 }, CALL);
      expect({ objects, prefixes, truncated }).to.deep.equal({
        objects: [],
        prefixes: [],
        truncated: false,
      });
    }
  });

  test('describes objects as head does', async ({ driver, prefix }) => {
    await putKeys(driver, [`${prefix}dir/k`]);
    const { objects } = await driver.list.page({ prefix, maxKeys: 10 }, CALL);
    const head = await driver.read.head({ key: `${prefix}dir/k` }, CALL);
    expect(objects).to.have.length(1);
    const [listed] = objects;
    expect(listed).to.include({ key: head.key, size: head.size, etag: head.etag });
    // Of milliseconds in one answer and of seconds in the other.
    const apart = (listed?.lastModified?.getTime() ?? 0) - (head.lastModified?.getTime() ?? 0);
    expect(Math.abs(apart)).to.be.below(1000);
  });

  test('goes on behind a token when what came before is gone', async ({ driver, prefix }) => {
    const keys = numbered(6, prefix);
    await putKeys(driver, keys);
    const first = await driver.list.page({ prefix, maxKeys: 3 }, CALL);
    const seen = first.objects.map(({ key }) => key);
    await each(seen, (key) => driver.delete.one({ key }, CALL));
    const second = await driver.list.page({ prefix, maxKeys: 3, token: first.nextToken }, CALL);
    expect(second.objects.map(({ key }) => key)).to.have.members(keys.filter((key) => !seen.includes(key)));
  });

  test('gives the same page for the same token', async ({ driver, prefix }) => {
    // A page whose answer was lost is asked for again.
    await putKeys(driver, numbered(6, prefix));
    const { nextToken: token } = await driver.list.page({ prefix, maxKeys: 2 }, CALL);
    const [once, again] = [
      await driver.list.page({ prefix, maxKeys: 2, token }, CALL),
      await driver.list.page({ prefix, maxKeys: 2, token }, CALL),
    ];
    expect(again.objects.map(({ key }) => key)).to.deep.equal(once.objects.map(({ key }) => key));
    expect(once.objects).not.to.have.length(0);
  });

  test('takes a prefix for what it is: the first characters of a key', async ({ driver, prefix }) => {
    const names = possible(driver.keys, ['del/1', 'del', 'del/x/2', 'del-x', 'DEL/1', 'de', 'x/del/1']);
    await putKeys(
      driver,
      names.map((name) => prefix + name),
    );
    expect(inByteOrder(await keysIn(driver, `${prefix}del/`))).to.deep.equal(['1', 'x/2']);
    const all = names.filter((name) => name.startsWith('del')).map((name) => name.slice(3));
    expect(inByteOrder(await keysIn(driver, `${prefix}del`))).to.deep.equal(inByteOrder(all));
  });

  test('begins after a key, and never gives that key', async ({ driver, prefix, skip }) => {
    if (driver.list.order !== 'utf8') return skip('this driver has no order of keys');
    const names = inByteOrder(possible(driver.keys, ['a', 'b/1', 'b', 'c', 'd']));
    await putKeys(
      driver,
      names.map((name) => prefix + name),
    );
    for (const maxKeys of [1, 2, 100]) {
      for (const [i, name] of names.entries()) {
        const listed = await keysIn(driver, prefix, { maxKeys, startAfter: prefix + name });
        expect(listed, `after ${quoteKey(name)}`).to.deep.equal(names.slice(i + 1));
      }
      const between = await keysIn(driver, prefix, { maxKeys, startAfter: `${prefix}bb` });
      expect(between).to.deep.equal(['c', 'd']);
      const before = await keysIn(driver, prefix, { maxKeys, startAfter: prefix.slice(0, -1) });
      expect(before).to.deep.equal(names);
    }
  });

  test('groups keys at a delimiter, each group once, and counts groups as entries', async (given) => {
    const { driver, prefix, skip } = given;
    if (driver.list.delimiter === 'none') return skip('this driver has no delimiters');
    if (driver.keys.paths) return skip('here keys are paths');
    const names = ['a', 'a/1', 'a/2', 'a/b/3', 'b/1', 'b/2', 'c//1', 'd', '/e'];
    await putKeys(
      driver,
      names.map((name) => prefix + name),
    );
    const top = ['/ (group)', 'a', 'a/ (group)', 'b/ (group)', 'c/ (group)', 'd'].sort();
    for (const maxKeys of [1, 2, 3, 100]) {
      expect(await entriesOf(driver, prefix, '/', maxKeys), `pages of ${maxKeys}`).to.deep.equal(top);
    }
    expect(await entriesOf(driver, `${prefix}a/`, '/', 2)).to.deep.equal(['1', '2', 'b/ (group)'].sort());
  });

  test('groups keys at a delimiter of several characters', async ({ driver, prefix, skip }) => {
    if (driver.list.delimiter !== 'any') return skip('this driver has no delimiters but the slash');
    await putKeys(
      driver,
      ['a--1', 'a--2', 'b-1', 'c--', '--d'].map((name) => prefix + name),
    );
    const groups = ['-- (group)', 'a-- (group)', 'b-1', 'c-- (group)'].sort();
    for (const maxKeys of [1, 100])
      expect(await entriesOf(driver, prefix, '--', maxKeys)).to.deep.equal(groups);
  });
}
