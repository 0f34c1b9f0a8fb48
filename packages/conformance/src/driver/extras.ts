import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import { CALL, expectRefusal, putKeys, textOf, type DriverContext } from './driver-context.js';

/** Facets of a call or two. */
export function extraTests({ testFacet }: DriverContext): void {
  testFacet('tags', 'keeps tags, replaces and removes them', async (tags, { driver, prefix }) => {
    const key = `${prefix}k +%数`;
    await driver.write.put({ key, body: Buffer.from('x'), tags: { state: 'new', empty: '' } }, CALL);
    expect(await tags.get({ key }, CALL)).to.deep.equal({ state: 'new', empty: '' });
    await tags.set({ key, tags: { other: 'é=1/2+3' } }, CALL);
    expect(await tags.get({ key }, CALL)).to.deep.equal({ other: 'é=1/2+3' });
    await driver.write.copy({ from: key, to: `${prefix}copy` }, CALL);
    expect(await tags.get({ key: `${prefix}copy` }, CALL)).to.deep.equal({ other: 'é=1/2+3' });
    await tags.set({ key, tags: {} }, CALL);
    expect(await tags.get({ key }, CALL)).to.deep.equal({});
    const missing = `${prefix}missing`;
    await expectRefusal(driver, tags.get({ key: missing }, CALL), 'NotFound');
    await expectRefusal(driver, tags.set({ key: missing, tags: { a: '1' } }, CALL), 'NotFound');
  });

  testFacet('lifecycle', 'adds a rule and gives back the others as they were', async (lifecycle, given) => {
    const before = await lifecycle.get(CALL);
    const id = given.prefix.slice(0, -1);
    const rule = { id, prefix: given.prefix, days: 3 };
    await lifecycle.put({ kept: before.rules, added: [rule], extra: before.extra }, CALL);
    try {
      const { rules } = await lifecycle.get(CALL);
      expect(rules.filter((one) => one.id !== id)).to.deep.equal(before.rules);
      expect(rules.find((one) => one.id === id)).to.include({
        enabled: true,
        prefix: given.prefix,
        expires: true,
      });
    } finally {
      await lifecycle.put({ kept: before.rules, added: [], extra: before.extra }, CALL);
    }
    expect(await lifecycle.get(CALL)).to.deep.equal(before);
  });

  testFacet('presign', 'makes a URL that works without credentials', async (presign, { driver, prefix }) => {
    const key = `${prefix}k +%数`;
    await putKeys(driver, [key]);
    const url = await presign({ key, method: 'GET', expiresIn: 60 }, CALL);
    const answer = await fetch(url);
    expect(answer.status).to.equal(200);
    expect(await answer.text()).to.equal(key);
  });

  testFacet('url', 'tells where an object is, without asking', async (url, { driver, prefix }) => {
    const key = `${prefix}k +%数`;
    const [named, signed] = [await url({ key }, CALL), driver.presign];
    expect(decodeURIComponent(new URL(named).pathname).endsWith(key)).to.equal(true);
    const presigned = await signed?.({ key, method: 'GET', expiresIn: 60 }, CALL);
    if (presigned !== undefined) expect(presigned.split('?')[0]).to.equal(named);
  });

  testFacet('postForms', 'makes a form for one object', async (postForms, { driver, prefix }) => {
    const key = `${prefix}k +%数`;
    const { url, fields } = await postForms.sign({ key, expiresIn: 60 }, CALL);
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', new Blob(['by a form']), 'name');
    expect((await fetch(url, { method: 'POST', body: form })).status).to.be.oneOf([200, 204]);
    expect(await textOf(driver, key)).to.equal('by a form');
  });

  testFacet('restore', 'restores nothing that is not there or not archived', async (restore, given) => {
    const key = `${given.prefix}k`;
    await putKeys(given.driver, [key]);
    await errorOf(restore({ key, days: 1 }, CALL), 'PreconditionFailed');
    await errorOf(restore({ key: `${given.prefix}missing`, days: 1 }, CALL), 'NotFound');
  });
}
