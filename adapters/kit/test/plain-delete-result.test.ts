import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { DeleteTarget } from '@store/driver';
import { deleteDocument, readDeleteResult, readXml, serviceCodes } from '#src/index.js';
import * as plain from '#src/plain-delete-result.js';

const { keyFailure } = serviceCodes();
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';
const ROOT = '<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">';

/** As the batch facet asks. */
const namesJustThese = (answer: Buffer, targets: readonly DeleteTarget[]): boolean =>
  deleteDocument(targets, false).isPlain && plain.namesJustThese(answer, targets);

const entryOf = (key: string): string => `<Deleted><Key>${key}</Key></Deleted>`;
const answerTo = (keys: readonly string[], head: string, tail = ''): string =>
  `${head}${keys.map(entryOf).join('')}</DeleteResult>${tail}`;

/** As it is read as a document. */
function isAllDeleted(answer: Buffer, keys: readonly string[]): boolean {
  try {
    const targets = keys.map((key) => ({ key }));
    const encoding = { url: false, plusIsSpace: false };
    const read = readDeleteResult(readXml(answer), targets, encoding, keyFailure);
    const named = read.deleted.map(({ key }) => key);
    return !read.unmatched && read.failed.length === 0 && named.join('\0') === keys.join('\0');
  } catch {
    return false;
  }
}

/** Keys that are parts of documents, among others. */
const KEY = fc.oneof(
  fc.string({ minLength: 1, maxLength: 6 }),
  fc.stringMatching(/^[a-z]{1,3}$/),
  fc.constantFrom(
    'a</Key></Deleted><Deleted><Key>b',
    '&amp;',
    'a&b',
    '<x/>',
    ' ',
    'é',
    '\u4e2d',
    '%41',
    "'",
    ']]>',
  ),
);

describe('an answer that names just what was asked for', () => {
  it('is known by its bytes, however it begins and ends', () => {
    const keys = ['a/b c', 'a/%20+', 'a/~'];
    const targets = keys.map((key) => ({ key }));
    for (const head of [
      ROOT,
      DECLARATION + ROOT,
      `${DECLARATION}\n${ROOT}\n`,
      `\r\n${ROOT}`,
      '<DeleteResult>',
    ])
      for (const tail of ['', '\n'])
        expect(namesJustThese(Buffer.from(answerTo(keys, head, tail)), targets), head).to.equal(true);
    expect(namesJustThese(Buffer.from(answerTo(keys, ROOT)), targets.slice(1))).to.equal(false);
    expect(namesJustThese(Buffer.from(answerTo(keys, ROOT)), [{ key: 'a/b c', versionId: 'v' }])).to.equal(
      false,
    );
    expect(namesJustThese(Buffer.from(answerTo(['a&b'], ROOT)), [{ key: 'a&b' }])).to.equal(false);
  });

  it('is never another one than a reader of the document would say', () => {
    const change = fc.record({
      at: fc.nat(),
      drop: fc.nat(3),
      put: fc.oneof(
        fc.constant(''),
        fc.constantFrom('<', '>', '&', 'x', '<Error>', '<!--', ' ', '</Key>', entryOf('z')),
      ),
    });
    let yes = 0;
    fc.assert(
      fc.property(
        fc.array(KEY, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(ROOT, DECLARATION + ROOT, '<DeleteResult>', '<DeleteResult2>', `${ROOT}x`),
        fc.array(change, { maxLength: 1 }),
        (keys, head, changes) => {
          const answer = changes.reduce(
            (text, { at, drop, put }) => {
              const place = at % text.length;
              return text.slice(0, place) + put + text.slice(place + drop);
            },
            answerTo(keys, head),
          );
          const isKnown = namesJustThese(
            Buffer.from(answer),
            keys.map((key) => ({ key })),
          );
          if (isKnown) yes++;
          if (isKnown) expect(isAllDeleted(Buffer.from(answer), keys), answer).to.equal(true);
        },
      ),
      { numRuns: 3000 },
    );
    expect(yes).to.be.above(50);
  });
});
