import type { PostForm } from '@store/core';
import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import { FORM_LIMITS, POST_FORMS, without } from '../needs.js';
import type { SuiteContext } from '../suite-context.js';

/** What no bad day answers. */
const SETTLED = [200, 201, 204, 400, 403];

/** Sends a form as a browser does. A store under test may have bad days, and nobody else repeats this request. */
async function statusOf({ url, fields }: PostForm, file: string | Blob): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.set(name, value);
    form.set('file', typeof file === 'string' ? new Blob([file]) : file, 'a name.txt');
    const answer = await fetch(url, { method: 'POST', body: form }).catch(() => undefined);
    await answer?.text().catch(() => undefined);
    const status = answer?.status ?? 0;
    if (SETTLED.includes(status) || attempt === 10) return status;
  }
}

export function postFormTests({ testIf }: SuiteContext): void {
  testIf([without(POST_FORMS)], 'refuses forms without the capability', async (store, prefix) => {
    await errorOf(store.presignPost(`${prefix}k`), 'Unsupported');
  });

  testIf([POST_FORMS], 'makes a form by which a browser uploads one object', async (store, prefix) => {
    const key = `${prefix}k +%数/..d"&<`;
    const form = await store.presignPost(key, { expiresIn: 60 });
    expect(await statusOf(form, 'by a form')).to.be.oneOf([200, 204]);
    expect(await (await store.get(key)).text()).to.equal('by a form');
    const other = { ...form, fields: { ...form.fields, key: `${prefix}other` } };
    expect(await statusOf(other, 'another key')).to.equal(403);
    expect(await store.exists(`${prefix}other`)).to.equal(false);
    for (const name of ['a\nb', 'a\rb', '${filename}'])
      await errorOf(store.presignPost(prefix + name), 'InvalidArgument');
    await errorOf(store.presignPost(key, { minBytes: 2, maxBytes: 1 }), 'InvalidArgument');
    await errorOf(store.presignPost(key, { expiresIn: 604_801 }), 'InvalidArgument');
  });

  testIf([POST_FORMS, without(FORM_LIMITS)], 'refuses forms with a type or a size', async (store, prefix) => {
    for (const limits of [{ contentType: 'text/x' }, { minBytes: 1 }, { maxBytes: 0 }])
      await errorOf(store.presignPost(`${prefix}k`, limits), 'Unsupported');
  });

  testIf([FORM_LIMITS], 'makes forms that hold type and size', async (store, prefix) => {
    const key = `${prefix}k`;
    const form = await store.presignPost(key, { contentType: 'text/x; a=b', minBytes: 2, maxBytes: 4 });
    expect(await statusOf(form, 'x')).to.be.oneOf([400, 403]);
    expect(await statusOf(form, 'xxxxx')).to.be.oneOf([400, 403]);
    const types = Object.entries(form.fields).filter(([, value]) => value === 'text/x; a=b');
    for (const [name] of types) {
      const fields = { ...form.fields, [name]: 'text/html' };
      expect(await statusOf({ ...form, fields }, 'xxx')).to.equal(403);
    }
    expect(types).to.have.length(1);
    expect(await store.exists(key)).to.equal(false);
    expect(await statusOf(form, new Blob(['xxxx'], { type: 'text/html' }))).to.be.oneOf([200, 204]);
    expect(await store.head(key)).to.include({ size: 4, contentType: 'text/x; a=b' });
  });
}
