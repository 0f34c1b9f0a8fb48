import { quoteKey, type StoreDriver } from '@store/core';
import { expect } from 'chai';
import { AWKWARD_KEYS, longestKey, possible } from '../awkward-keys.js';
import { errorOf } from '../error-of.js';
import { inByteOrder } from '../suite-context.js';
import { CALL, each, keysIn, putKeys, textOf, type DriverContext } from './driver-context.js';

export function keyTests({ test, expectations }: DriverContext): void {
  const refused = expectations.refusedKeys ?? {};
  const usableIn = ({ keys }: StoreDriver): readonly string[] =>
    possible(
      keys,
      AWKWARD_KEYS.filter((key) => !Object.hasOwn(refused, key)),
    );

  test('keeps awkward keys byte for byte, from write to delete', async ({ driver, prefix }) => {
    const usable = usableIn(driver);
    const names = [...usable, longestKey(driver.keys, prefix).slice(prefix.length)];
    await putKeys(
      driver,
      names.map((name) => prefix + name),
    );
    expect(inByteOrder(await keysIn(driver, prefix))).to.deep.equal(inByteOrder(names));
    await each(names, async (name) => {
      const key = prefix + name;
      expect((await driver.read.head({ key }, CALL)).key, quoteKey(name)).to.equal(key);
      expect(await textOf(driver, key), quoteKey(name)).to.equal(key);
    });
    await each(usable, async (name) => {
      const to = `${prefix}copy/${name}`;
      expect((await driver.write.copy({ from: prefix + name, to }, CALL)).key).to.equal(to);
      expect(await textOf(driver, to), quoteKey(name)).to.equal(prefix + name);
    });
    await each(usable, async (name) => {
      const { key } = await driver.delete.one({ key: `${prefix}copy/${name}` }, CALL);
      expect(key).to.equal(`${prefix}copy/${name}`);
    });
    expect(inByteOrder(await keysIn(driver, prefix))).to.deep.equal(inByteOrder(names));
  });

  test('goes on after awkward keys', async ({ driver, prefix }) => {
    const usable = usableIn(driver);
    await putKeys(
      driver,
      usable.map((name) => prefix + name),
    );
    const sorted = inByteOrder(usable);
    expect(inByteOrder(await keysIn(driver, prefix, { maxKeys: 1 }))).to.deep.equal(sorted);
  });

  test('begins after awkward keys', async ({ driver, prefix, skip }) => {
    if (driver.list.order !== 'utf8') return skip('this driver has no order of keys');
    const usable = usableIn(driver);
    await putKeys(
      driver,
      usable.map((name) => prefix + name),
    );
    const sorted = inByteOrder(usable);
    for (const [i, name] of sorted.entries()) {
      const request = { prefix, maxKeys: 1, startAfter: prefix + name };
      const { objects } = await driver.list.page(request, CALL);
      const next = sorted[i + 1];
      // Where one entry is asked for, some give two (see `list`).
      const expected = next === undefined ? undefined : prefix + next;
      expect(objects[0]?.key, `after ${quoteKey(name)}`).to.equal(expected);
    }
  });

  for (const [name, reason] of Object.entries(refused)) {
    test(`refuses the key ${quoteKey(name)}: ${reason}`, async ({ driver, prefix }) => {
      const key = prefix + name;
      await errorOf(driver.write.put({ key, body: Buffer.from('x') }, CALL), 'InvalidArgument');
      expect(await keysIn(driver, prefix)).to.deep.equal([]);
    });
  }
}
