import type { ObjectStore } from '@store/core';
import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import { DELIMITERS, without } from '../needs.js';
import { inByteOrder, putAll, type SuiteContext } from '../suite-context.js';

/** The names of all pages, each page by one of two stores in turn: a token knows nothing of the process. */
async function turned(
  stores: readonly ObjectStore[],
  prefix: string,
  delimiter?: string,
): Promise<string[][]> {
  const pages: string[][] = [];
  for (let token: string | undefined; ;) {
    const store = stores[pages.length % stores.length];
    if (!store || pages.length > 100) return expect.fail('these pages have no end');
    const page = await store.listPage(prefix, { token, limit: 2, delimiter });
    const names = [
      ...page.objects.map(({ key }) => key),
      ...page.prefixes.map((group) => `${group.prefix} (group)`),
    ];
    pages.push(names.map((name) => name.slice(prefix.length)));
    expect(names.length).to.be.at.most(2);
    token = page.nextToken;
    if (token === undefined) return pages;
    expect(token, 'goes into a URL as it is').to.match(/^[\w-]+$/);
  }
}

export function pageTests({ test, testIf, openAnother }: SuiteContext): void {
  test('turns single pages, in any process', async (store, prefix) => {
    const keys = ['a', 'b é', 'c+%2F', 'd/1', 'e'].map((name) => prefix + name);
    await putAll(store, keys);
    const other = await openAnother();
    try {
      const pages = await turned([store, other], prefix);
      expect(inByteOrder(pages.flat())).to.deep.equal(
        inByteOrder(keys.map((key) => key.slice(prefix.length))),
      );
    } finally {
      await other.close();
    }
    const { objects, nextToken } = await store.listPage(prefix);
    expect(nextToken === undefined, 'the last page has no token').to.equal(objects.length === keys.length);
    expect(await store.listPage(`${prefix}none/`)).to.deep.equal({
      objects: [],
      prefixes: [],
      unnameable: [],
    });
  });

  testIf([DELIMITERS], 'turns single pages of groups', async (store, prefix) => {
    await putAll(
      store,
      ['a/1', 'a/2', 'b', 'c/1', 'c/2', 'd'].map((name) => prefix + name),
    );
    const names = (await turned([store], prefix, '/')).flat();
    expect(names.toSorted()).to.deep.equal(['a/ (group)', 'b', 'c/ (group)', 'd']);
  });

  testIf([without(DELIMITERS)], 'refuses pages of groups without delimiters', async (store, prefix) => {
    await errorOf(store.listPage(prefix, { delimiter: '/' }), 'Unsupported');
  });

  test('refuses a token of another listing, and one that is none', async (store, prefix) => {
    await putAll(
      store,
      ['a/1', 'a/2', 'b'].map((name) => prefix + name),
    );
    const { nextToken: token } = await store.listPage(prefix, { limit: 1 });
    await errorOf(store.listPage(`${prefix}a/`, { token }), 'InvalidArgument');
    await errorOf(store.listPage('', { token }), 'InvalidArgument');
    if (store.capabilities.list.delimiter !== 'none')
      await errorOf(store.listPage(prefix, { token, delimiter: '/' }), 'InvalidArgument');
    for (const wrong of ['', 'x', Buffer.from('[1,2,3]').toString('base64url')])
      await errorOf(store.listPage(prefix, { token: wrong }), 'InvalidArgument');
  });
}
