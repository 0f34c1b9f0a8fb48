import { fitsXml, type DeletedTarget, type FailedTarget, type StoreDriver } from '@store/core';
import { expect } from 'chai';
import { AWKWARD_KEYS, possible } from '../awkward-keys.js';
import { numbered } from '../numbered.js';
import { inByteOrder } from '../suite-context.js';
import {
  CALL,
  expectRefusal,
  isThere,
  keysIn,
  putKeys,
  settled,
  type DriverContext,
} from './driver-context.js';

const OTHER_TAG = '"00000000000000000000000000000000"';

/** Room that a key takes in a batch beside itself, on any service. */
const AROUND_A_KEY = 200;

function keysOf(targets: readonly (DeletedTarget | FailedTarget)[]): string[] {
  return inByteOrder(targets.map(({ key }) => key));
}

export function deleteTests({ test, testFacet, expectations }: DriverContext): void {
  test('deletes one key, and no other', async ({ driver, prefix }) => {
    const names = possible(driver.keys, ['k', 'k/', 'k/l', 'K', 'k ', 'kk']);
    await putKeys(
      driver,
      names.map((name) => prefix + name),
    );
    for (const [i, name] of names.entries()) {
      const deleted = await driver.delete.one({ key: prefix + name }, CALL);
      expect(deleted.key).to.equal(prefix + name);
      expect(inByteOrder(await keysIn(driver, prefix))).to.deep.equal(inByteOrder(names.slice(i + 1)));
    }
  });

  test('succeeds in deleting what is not there, and leaves what looks like it', async ({
    driver,
    prefix,
  }) => {
    await putKeys(driver, [`${prefix}dir/k`]);
    for (const name of ['missing', 'dir', 'dir/', 'dir/k/', 'dir/k/l']) {
      expect((await driver.delete.one({ key: prefix + name }, CALL)).key).to.equal(prefix + name);
    }
    expect(await keysIn(driver, prefix)).to.deep.equal(['dir/k']);
  });

  test('deletes one key on condition', async ({ driver, prefix, skip }) => {
    if (!driver.delete.ifMatch) return skip('this driver has no ifMatch on deletes');
    const key = `${prefix}k`;
    await putKeys(driver, [key]);
    const { etag } = await driver.read.head({ key }, CALL);
    await expectRefusal(driver, driver.delete.one({ key, ifMatch: OTHER_TAG }, CALL), 'PreconditionFailed');
    expect(await isThere(driver, key)).to.equal(true);
    await driver.delete.one({ key, ifMatch: etag }, CALL);
    expect(await isThere(driver, key)).to.equal(false);
  });

  testFacet('batch', 'deletes many keys, and names just those in its answer', async (batch, given) => {
    const { driver, prefix } = given;
    const keys = numbered(10, prefix);
    await putKeys(driver, keys);
    const doomed = [...keys.slice(0, 5), `${prefix}missing`, `${prefix}missing/too`];
    const { deleted, failed } = await settled(() =>
      batch.delete(
        doomed.map((key) => ({ key })),
        CALL,
      ),
    );
    expect(keysOf(deleted)).to.deep.equal(inByteOrder(doomed));
    expect(failed).to.deep.equal([]);
    expect(inByteOrder(await keysIn(driver, prefix))).to.deep.equal(
      keys.slice(5).map((key) => key.slice(prefix.length)),
    );
  });

  testFacet('batch', 'deletes awkward keys, and names them byte for byte', async (batch, given) => {
    const { driver, prefix } = given;
    const { refusedKeys = {} } = expectations;
    const keys = possible(
      driver.keys,
      AWKWARD_KEYS.filter((key) => !Object.hasOwn(refusedKeys, key)),
    );
    const fit = batch.keys === 'xml' ? keys.filter(fitsXml) : keys;
    await putKeys(
      driver,
      keys.map((key) => prefix + key),
    );
    const doomed = fit.filter((_, i) => i % 2 === 0);
    const targets = doomed.map((key) => ({ key: prefix + key }));
    const { deleted, failed } = await settled(() => batch.delete(targets, CALL));
    expect(keysOf(deleted)).to.deep.equal(keysOf(targets));
    expect(failed).to.deep.equal([]);
    const kept = keys.filter((key) => !doomed.includes(key));
    expect(inByteOrder(await keysIn(driver, prefix))).to.deep.equal(inByteOrder(kept));
  });

  testFacet('batch', 'takes as many keys as it states', async (batch, { driver, prefix }) => {
    const room = Math.floor((batch.maxBytes ?? Infinity) / (AROUND_A_KEY + prefix.length));
    const keys = numbered(Math.min(batch.maxKeys, room), prefix);
    const [first = '', last = ''] = [keys[0], keys.at(-1)];
    await putKeys(driver, [first, last]);
    const { deleted, failed } = await settled(() =>
      batch.delete(
        keys.map((key) => ({ key })),
        CALL,
      ),
    );
    expect(failed).to.deep.equal([]);
    expect(keysOf(deleted)).to.deep.equal(keys);
    expect(await keysIn(driver, prefix)).to.deep.equal([]);
  });

  testFacet('batch', 'deletes on condition, key by key', async (batch, { driver, prefix, skip }) => {
    if (driver.delete.ifMatch !== 'batch') return skip('this driver has no ifMatch in batches');
    const [changed, same] = [`${prefix}changed`, `${prefix}same`];
    await putKeys(driver, [changed, same]);
    const ifMatch = await etagOf(driver, same);
    const { deleted, failed } = await settled(() =>
      batch.delete(
        [
          { key: changed, ifMatch: OTHER_TAG },
          { key: same, ifMatch },
        ],
        CALL,
      ),
    );
    expect(keysOf(deleted)).to.deep.equal([same]);
    expect(keysOf(failed)).to.deep.equal([changed]);
    expect(failed[0]?.reason).to.include({ code: 'PreconditionFailed', retryable: false });
    expect(await keysIn(driver, prefix)).to.deep.equal(['changed']);
  });

  testFacet('prefixDelete', 'deletes page by page, and names just what it deleted', async (facet, given) => {
    const { driver, prefix } = given;
    const inside = numbered(7, 'del/');
    const outside = ['del', 'del-x/1', 'DEL/1'];
    await putKeys(
      driver,
      [...inside, ...outside].map((name) => prefix + name),
    );
    const named: string[] = [];
    let token: string | undefined;
    for (let rounds = 0; rounds < 20; rounds++) {
      const page = await facet.page({ prefix: `${prefix}del/`, token, maxKeys: 3 }, CALL);
      expect(page.deleted.length).to.be.at.most(3);
      expect(page.failed).to.deep.equal([]);
      named.push(...page.deleted.map(({ key }) => key.slice(prefix.length)));
      const left = [...inside, ...outside].filter((name) => !named.includes(name));
      expect(inByteOrder(await keysIn(driver, prefix))).to.deep.equal(inByteOrder(left));
      if (!page.truncated) break;
      token = page.nextToken;
    }
    expect(inByteOrder(named)).to.deep.equal(inside);
  });
}

async function etagOf(driver: StoreDriver, key: string): Promise<string | undefined> {
  return (await driver.read.head({ key }, CALL)).etag;
}
