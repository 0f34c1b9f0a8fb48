// Batch deletes in quiet mode: what is not named went, so that nothing in the answer may be overlooked.
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { document, useWrongS3 } from './wrong-service.js';

const { answering, wrongDriver } = useWrongS3();

describe('s3: quiet answers to batch deletes', () => {
  /** How a failure may come that says which key it is about, but not in the words of the request. */
  const MANGLED: Readonly<Record<string, (key: string) => string>> = {
    encoded: (key) => `<Error><Key>${encodeURIComponent(key)}%20</Key><Code>AccessDenied</Code></Error>`,
    normalised: (key) => `<Error><Key>${key.normalize('NFC')}</Key><Code>AccessDenied</Code></Error>`,
    absent: () => '<Error><Code>AccessDenied</Code></Error>',
    empty: () => '<Error><Key/><Code>AccessDenied</Code></Error>',
    'of another version': (key) =>
      `<Error><Key>${key}</Key><VersionId>7</VersionId><Code>AccessDenied</Code></Error>`,
    'with a slash before it': (key) => `<Error><Key>/${key}</Key><Code>AccessDenied</Code></Error>`,
    'in a namespace': (key) => `<s3:Error><s3:Key>${key}</s3:Key></s3:Error>`,
    'of another name': (key) => `<error><Key>${key}</Key></error>`,
    'with elements in it': (key) => `<Error><Key><b>${key}</b></Key></Error>`,
    'in a list': (key) => `<Errors><Error><Key>${key}</Key></Error></Errors>`,
    'a text': () => 'one of them was not deleted',
    'a failure of the whole': () => '<Message>not all</Message>',
  };

  it('leave all keys unconfirmed when a failure in it cannot be matched', async () => {
    const driver = await answering({ quirks: { quietDeletes: true } });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 3 }), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.uniqueArray(fc.nat({ max: 7 }), { minLength: 1 }),
        fc.constantFrom(...Object.keys(MANGLED)),
        fc.boolean(),
        async (names, refusedAt, how, others) => {
          const keys = names.map((name) => `d/${Buffer.from(name).toString('hex')}e\u0301`);
          const refused = keys.filter((_, i) => refusedAt.includes(i));
          if (refused.length === 0) refused.push(keys[0] ?? '');
          const [first = '', ...rest] = refused;
          const entries = [
            ...rest.map((key) =>
              others ? `<Error><Key>${key}</Key><Code>AccessDenied</Code></Error>` : MANGLED[how]?.(key),
            ),
            MANGLED[how]?.(first),
          ].join('');
          const result = await driver({ body: document('DeleteResult', entries) }).batch?.delete(
            keys.map((key) => ({ key })),
            {},
          );
          const deleted = result?.deleted.map(({ key }) => key) ?? [];
          expect(deleted.filter((key) => refused.includes(key))).to.deep.equal([]);
          expect(deleted).to.deep.equal([]);
        },
      ),
      { numRuns: 120, examples: Object.keys(MANGLED).map((how) => [['a', 'b'], [1], how, true]) },
    );
  });

  it('are about the object when they name the version null, and about the keys of the request', async () => {
    const entry = (key: string, version: string): string =>
      `<Error><Key>${key}</Key>${version}<Code>AccessDenied</Code></Error>`;
    const driver = await wrongDriver(
      () => ({
        body: document(
          'DeleteResult',
          entry('a', '<VersionId>null</VersionId>') +
            entry('c', '<VersionId/>') +
            entry('d', '<VersionId>v</VersionId>'),
        ),
      }),
      { quirks: { quietDeletes: true } },
    );
    const targets = [{ key: 'a' }, { key: 'b' }, { key: 'c' }, { key: 'd', versionId: 'v' }, { key: 'd' }];
    const result = await driver.batch?.delete(targets, {});
    expect(result?.deleted).to.deep.equal([{ key: 'b' }, { key: 'd' }]);
    expect(result?.failed.map(({ key, versionId }) => [key, versionId])).to.deep.equal([
      ['a', undefined],
      ['c', undefined],
      ['d', 'v'],
    ]);
  });

  it('are empty when all went, with blanks or without, and nothing else is', async () => {
    for (const inside of ['', '\n  \n', '<!-- nothing -->']) {
      const driver = await wrongDriver(() => ({ body: document('DeleteResult', inside) }), {
        quirks: { quietDeletes: true },
      });
      expect((await driver.batch?.delete([{ key: 'a' }], {}))?.deleted, inside).to.have.length(1);
    }
    const verbose = await wrongDriver(() => ({ body: document('DeleteResult', '') }));
    expect((await verbose.batch?.delete([{ key: 'a' }], {}))?.deleted).to.deep.equal([]);
  });

  it('are believed by what they name when they are not quiet at all', async () => {
    const driver = await wrongDriver(
      () => ({ body: document('DeleteResult', '<Deleted><Key>a</Key></Deleted>') }),
      { quirks: { quietDeletes: true } },
    );
    const result = await driver.batch?.delete([{ key: 'a' }, { key: 'b' }], {});
    expect(result?.deleted.map(({ key }) => key)).to.deep.equal(['a']);
  });
});
