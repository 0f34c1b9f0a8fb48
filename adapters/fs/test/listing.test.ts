import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareKeys } from '@store/core';
import { fsDriver } from '@store/fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';

/** Few names, so that they meet: the object `a`, the directory `a/`, siblings that sort between them. */
const segment = fc.constantFrom(
  'a',
  'a-',
  'a.',
  'b',
  '',
  '.',
  '..',
  '\u{1F600}',
  'x'.repeat(90),
  `${'x'.repeat(90)}y`,
);
const key = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map((segments) => segments.join('/'))
  .filter((text) => text !== '');

/** What a listing has to be: the keys in order, groups folded. */
function model(
  keys: readonly string[],
  prefix: string,
  after: string,
  delimiter: string | undefined,
): string[] {
  const entries = new Set<string>();
  for (const text of [...new Set(keys)].sort(compareKeys)) {
    if (!text.startsWith(prefix) || compareKeys(text, after) <= 0) continue;
    const at = delimiter === undefined ? -1 : text.indexOf(delimiter, prefix.length);
    entries.add(at < 0 ? text : text.slice(0, at + 1));
  }
  return [...entries];
}

describe('fs: listings', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'store-fs-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('agrees with a model for any keys, pages, windows and starting points', async () => {
    let run = 0;
    const property = fc.asyncProperty(
      fc.array(key, { maxLength: 25 }),
      fc.record({ prefix: fc.oneof(fc.constant(''), key), after: fc.oneof(fc.constant(''), key) }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(undefined, '/'),
      fc.boolean(),
      async (keys, { prefix, after }, maxKeys, windowNames, delimiter, forget) => {
        const config = { root: join(root, String(run++)), create: true, fsync: false };
        const writer = fsDriver(config.root, config);
        for (const text of keys) await writer.write.put({ key: text, body: new Uint8Array() }, {});
        let driver = fsDriver(config.root, config, windowNames);
        const listed: string[] = [];
        let token: string | undefined;
        do {
          const page = await driver.list.page(
            {
              prefix,
              maxKeys,
              delimiter,
              ...(token === undefined ? { startAfter: after === '' ? undefined : after } : { token }),
            },
            {},
          );
          expect(page.objects.length + page.prefixes.length).to.be.at.most(maxKeys);
          listed.push(
            ...[...page.objects.map((o) => o.key), ...page.prefixes.map((p) => p.prefix)].sort(compareKeys),
          );
          token = page.truncated ? page.nextToken : undefined;
          // Another process has to be able to go on with the token.
          if (forget) {
            await driver.close();
            driver = fsDriver(config.root, config, windowNames);
          }
        } while (token !== undefined);
        await driver.close();
        await writer.close();
        const expected = model(keys, prefix, after, delimiter);
        // Starting inside a group, services differ in whether they name it; nothing may be named twice or missing.
        if (delimiter === undefined || after === '') expect(listed).to.deep.equal(expected);
        else expect(new Set(listed).size).to.equal(listed.length);
      },
    );
    await fc.assert(property, { numRuns: 150 });
  }).timeout(120_000);
});
