import type { DriverCall, StoreDriver, VersionInfo } from '@store/core';
import { expect } from 'chai';
import { CALL, expectRefusal, isThere, settled, textOf, type DriverContext } from './driver-context.js';

async function versionsIn(
  { versions }: StoreDriver,
  request: { prefix: string; maxKeys: number; startAfter?: string },
): Promise<VersionInfo[]> {
  const { startAfter, ...rest } = request;
  const call: DriverCall = {};
  const found: VersionInfo[] = [];
  let page = await versions?.page({ ...rest, startAfter }, call);
  for (let pages = 0; page && pages < 100; pages++) {
    found.push(...page.versions);
    if (!page.truncated) return found;
    page = await versions?.page({ ...rest, token: page.nextToken }, call);
  }
  return expect.fail('the listing of versions has no end');
}

/** Writes a key several times. @returns the ids of its versions, the latest first; none in a bucket not versioned now */
async function writeVersions(driver: StoreDriver, key: string, bodies: readonly string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const body of bodies) {
    const { versionId } = await driver.write.put({ key, body: Buffer.from(body) }, CALL);
    if (versionId === undefined || versionId === 'null') return [];
    ids.unshift(versionId);
  }
  return ids;
}

const NOT_VERSIONED = 'the bucket is not versioned now';

export function versionTests({ testFacet }: DriverContext): void {
  testFacet('versions', 'says whether what is written now is kept', async ({ state }, given) => {
    if (!state) return given.skip('this driver does not say');
    const kept = (await writeVersions(given.driver, `${given.prefix}k`, ['first', 'second'])).length > 0;
    const said = await state(CALL);
    expect(said === 'enabled', said).to.equal(kept);
  });

  testFacet('versions', 'reads and deletes one version, and puts markers', async (_, given) => {
    const { driver, prefix, skip } = given;
    const key = `${prefix}k +%数`;
    const [second = '', first = ''] = await writeVersions(driver, key, ['first', 'second']);
    if (first === '') return skip(NOT_VERSIONED);
    expect(await textOf(driver, key, first)).to.equal('first');
    expect(await driver.read.head({ key, versionId: first }, CALL)).to.include({ key, size: 5 });
    const { deleteMarker, deleteMarkerVersionId } = await driver.delete.one({ key }, CALL);
    // Not every answer tells.
    expect(deleteMarker).not.to.equal(false);
    expect(await isThere(driver, key)).to.equal(false);
    const [latest] = await versionsIn(driver, { prefix, maxKeys: 10 });
    expect(latest).to.include({ key, deleteMarker: true, isLatest: true });
    const marker = { key, versionId: latest?.versionId };
    if (deleteMarkerVersionId !== undefined) expect(marker.versionId).to.equal(deleteMarkerVersionId);
    expect((await driver.delete.one(marker, CALL)).key).to.equal(key);
    expect(await textOf(driver, key)).to.equal('second');
    const gone = { key, versionId: second };
    expect(await driver.delete.one(gone, CALL)).to.include(gone);
    expect(await textOf(driver, key)).to.equal('first');
    await expectRefusal(driver, driver.read.head(gone, CALL), 'NotFound');
  });

  testFacet('versions', 'deletes versions in a batch, and names them', async (_, given) => {
    const { driver, prefix, skip } = given;
    const { batch } = driver;
    if (!batch) return skip('this driver has no batch');
    const key = `${prefix}k`;
    const ids = await writeVersions(driver, key, ['1', '2', '3']);
    if (ids.length === 0) return skip(NOT_VERSIONED);
    const targets = ids.slice(1).map((versionId) => ({ key, versionId }));
    const { deleted, failed } = await settled(() => batch.delete(targets, CALL));
    expect(failed).to.deep.equal([]);
    expect(deleted.map(({ versionId }) => versionId)).to.have.members(ids.slice(1));
    expect(await textOf(driver, key)).to.equal('3');
    expect(await versionsIn(driver, { prefix, maxKeys: 10 })).to.have.length(1);
  });

  testFacet(
    'versions',
    'lists each version once, those of a key together, the latest first',
    async (_, given) => {
      const { driver, prefix, skip } = given;
      const expected: string[] = [];
      for (const name of ['a', 'a/b', 'c']) {
        const ids = await writeVersions(driver, prefix + name, ['1', '2', '3']);
        if (ids.length === 0) return skip(NOT_VERSIONED);
        expected.push(...ids.map((id) => `${name} ${id}`));
      }
      for (const maxKeys of [1, 2, 4, 100]) {
        const found = await versionsIn(driver, { prefix, maxKeys });
        const names = found.map(({ key }) => key.slice(prefix.length));
        expect(
          names.filter((name, i) => name !== names[i - 1]),
          'keys, each once',
        ).to.have.length(3);
        expect(found.map(({ key, versionId }) => `${key.slice(prefix.length)} ${versionId}`)).to.have.members(
          expected,
        );
        expect(found.filter(({ isLatest }) => isLatest)).to.have.length(3);
        for (const [i, { key, isLatest }] of found.entries()) {
          expect(isLatest, 'the latest comes first').to.equal(key !== found[i - 1]?.key);
        }
      }
    },
  );

  testFacet('versions', 'gives no page more versions than were asked for', async (versions, given) => {
    const { driver, prefix, skip } = given;
    const ids = await writeVersions(driver, `${prefix}k`, ['1', '2', '3']);
    if (ids.length === 0) return skip(NOT_VERSIONED);
    const page = await versions.page({ prefix, maxKeys: 2 }, CALL);
    expect(page.versions.length).to.be.at.most(2);
    expect(page.truncated).to.equal(true);
  });

  testFacet('versions', 'begins after all versions of a key', async (_, { driver, prefix, skip }) => {
    if (driver.list.order !== 'utf8') return skip('this driver has no order of keys');
    for (const name of ['a', 'a/b', 'c']) {
      const ids = await writeVersions(driver, prefix + name, ['1', '2', '3']);
      if (ids.length === 0) return skip(NOT_VERSIONED);
    }
    const after = await versionsIn(driver, { prefix, maxKeys: 2, startAfter: `${prefix}a` });
    expect([...new Set(after.map(({ key }) => key))]).to.deep.equal([`${prefix}a/b`, `${prefix}c`]);
    expect(after).to.have.length(6);
  });
}
