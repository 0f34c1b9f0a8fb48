import { compareKeys } from '@store/core';
import { AWKWARD_KEYS } from '@store/conformance';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { fromBinary } from '#src/binary.js';
import { meaningOfName, pathOfKey } from '#src/path-encoding.js';

/** Keys of the characters that a file system could take for something else, and of any others. */
const key = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 300, unit: 'binary' }),
    fc.string({
      minLength: 1,
      maxLength: 200,
      unit: fc.constantFrom(
        '/',
        '.',
        '%',
        'a',
        'A',
        'o',
        'c',
        'e',
        ' ',
        '\\',
        ':',
        '\0',
        'é',
        'e\u0301',
        '😀',
      ),
    }),
    fc.constantFrom(...AWKWARD_KEYS, 'con', 'nul.txt', 'COM1', 'a.', '...'),
  )
  .filter((text) => text.isWellFormed());

/** A path as a file system sees it that ignores case and normalises. */
function folded(text: string): string {
  const { directories, file } = pathOfKey(text);
  return [...directories, file].join('/').normalize('NFC').toLowerCase();
}

/** The key that the names of a path stand for. */
function readBack(text: string): string {
  const { directories, file } = pathOfKey(text);
  const names = [...directories.map((name) => ({ name, directory: true })), { name: file, directory: false }];
  const bytes = names.map(({ name, directory }) => meaningOfName(name, directory)?.bytes ?? '<unknown>');
  return fromBinary(bytes.join(''));
}

describe('fs: keys as paths', () => {
  it('gives every key a path of its own, even where case and Unicode forms do not count', () => {
    fc.assert(
      fc.property(key, key, (a, b) => a === b || folded(a) !== folded(b)),
      { numRuns: 3_000 },
    );
  });

  it('can be read back', () => {
    fc.assert(
      fc.property(key, (text) => readBack(text) === text),
      { numRuns: 2_000 },
    );
  });

  it('uses names that every file system takes, and none that leads elsewhere', () => {
    fc.assert(
      fc.property(key, (text) => {
        const { directories, file } = pathOfKey(text);
        for (const name of [...directories, file]) {
          expect(name).to.match(/^[a-z0-9._%-]{1,255}$/);
          expect(name).not.to.match(/^\.+$|\.$/);
          expect(name).not.to.match(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('never makes a file where another key needs a directory', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        const file = pathOfKey(a);
        const other = pathOfKey(b);
        const directory = other.directories.slice(0, file.directories.length + 1).join('/');
        return [...file.directories, file.file].join('/') !== directory;
      }),
      { numRuns: 2_000 },
    );
  });

  it('sorts by the bytes that its names stand for as the keys sort', () => {
    fc.assert(
      fc.property(key, key, (a, b) => {
        const binary = (text: string): string => Buffer.from(text).toString('latin1');
        return Math.sign(compareKeys(a, b)) === (binary(a) < binary(b) ? -1 : binary(a) > binary(b) ? 1 : 0);
      }),
    );
  });

  it('takes no name for an object that it would not write itself', () => {
    for (const name of ['a', 'A%o', '%61%o', `${'x'.repeat(81)}%o`, '.DS_Store', 'a%o.bak', '%zz%o', '%o']) {
      expect(meaningOfName(name, false), name).to.equal(undefined);
    }
    for (const name of ['A', '%41%c', 'x%o', '..', 'x'.repeat(81)])
      expect(meaningOfName(name, true), name).to.equal(undefined);
  });
});
