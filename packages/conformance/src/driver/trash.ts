import type { StoreDriver, TrashedObject, TrashFacet } from '@store/core';
import { expect } from 'chai';
import { AWKWARD_KEYS } from '../awkward-keys.js';
import { CALL, isThere, keysIn, putKeys, textOf, type DriverContext } from './driver-context.js';

/** Everything in a bin. */
async function heldIn(trash: TrashFacet, bin: string, maxKeys = trash.maxKeys): Promise<TrashedObject[]> {
  const held: TrashedObject[] = [];
  let page = await trash.page({ bin, maxKeys }, CALL);
  for (let pages = 0; pages < 300; pages++) {
    held.push(...page.objects);
    if (!page.truncated) return held;
    page = await trash.page({ bin, maxKeys, token: page.nextToken }, CALL);
  }
  return expect.fail('the listing of the trash has no end');
}

/** A bin of its own for a test, and nothing left in it afterwards. */
async function inBin(
  { trash }: StoreDriver,
  prefix: string,
  body: (bin: string) => Promise<void>,
): Promise<void> {
  const bin = prefix.slice(0, -1);
  try {
    await body(bin);
  } finally {
    if (trash) await trash.purge(await heldIn(trash, bin), CALL);
  }
}

export function trashTests({ testFacet, expectations }: DriverContext): void {
  testFacet(
    'trash',
    'takes objects in, out of sight, and gives them back',
    async (trash, { driver, prefix }) => {
      await inBin(driver, prefix, async (bin) => {
        const refused = expectations.refusedKeys ?? {};
        const keys = AWKWARD_KEYS.filter((key) => !Object.hasOwn(refused, key)).map((key) => prefix + key);
        await putKeys(driver, keys);
        const listed = await keysIn(driver, prefix);
        const targets = [...keys, `${prefix}not there`].map((key) => ({ key }));
        const { deleted, failed } = await trash.put({ bin, targets }, CALL);
        expect([deleted.length, failed]).to.deep.equal([targets.length, []]);
        expect(await keysIn(driver, prefix)).to.deep.equal([]);
        const held = await heldIn(trash, bin, 7);
        expect(held.map(({ key }) => key)).to.have.members(keys);
        for (const { key, size } of held) expect(size, key).to.equal(Buffer.byteLength(key));
        const { done } = await trash.restore(held, CALL);
        expect(done).to.have.length(keys.length);
        expect(await keysIn(driver, prefix)).to.deep.equal(listed);
        for (const key of keys) expect(await textOf(driver, key)).to.equal(key);
        expect(await heldIn(trash, bin)).to.deep.equal([]);
      });
    },
  );

  testFacet('trash', 'keeps what is there now, and both of a key that came twice', async (trash, given) => {
    const { driver, prefix } = given;
    await inBin(driver, prefix, async (bin) => {
      const key = `${prefix}k`;
      for (const body of ['first', 'second']) {
        await driver.write.put({ key, body: Buffer.from(body) }, CALL);
        await trash.put({ bin, targets: [{ key }] }, CALL);
      }
      const [last, first] = await heldIn(trash, bin);
      if (!last || !first) return expect.fail('the trash does not hold both');
      expect((await trash.restore([last], CALL)).done).to.have.length(1);
      expect(await textOf(driver, key)).to.equal('second');
      const { done, failed } = await trash.restore([first], CALL);
      expect([done, failed[0]?.reason.code]).to.deep.equal([[], 'PreconditionFailed']);
      expect(await textOf(driver, key)).to.equal('second');
      for (let times = 0; times < 2; times++)
        expect((await trash.purge([first], CALL)).failed).to.deep.equal([]);
      expect(await heldIn(trash, bin)).to.deep.equal([]);
      expect(await isThere(driver, key)).to.equal(true);
    });
  });
}
