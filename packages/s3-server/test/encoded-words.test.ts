import { decodeWords, encodeWords } from '#src/http/encoded-words.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';

describe('encoded words', () => {
  it('carry any text in ASCII, in words that are short enough, and give it back', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.string({ unit: fc.constantFrom('é', '漢', '😀', ' ', '?', '=', '_', '\t'), maxLength: 60 }),
      fc.constantFrom('=?UTF-8?B?eA==?=', '=?utf-8?q?a?=', '=?', '?=', ' ', ''),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
        const text = pieces.join('');
        // Half a character is none.
        fc.pre(text.isWellFormed());
        const header = encodeWords(text);
        expect(header).to.match(/^[\x20-\x7e]*$/);
        expect(header.trim()).to.equal(header);
        if (header !== text) for (const word of header.split(' ')) expect(word.length).to.be.at.most(75);
        expect(decodeWords(header)).to.equal(text);
      }),
      { numRuns: 500 },
    );
  });

  it('leave what is plain alone', () => {
    for (const text of ['two words', 'a=?b', '100%', '"quoted"', '']) {
      expect(encodeWords(text)).to.equal(text);
      expect(decodeWords(text)).to.equal(text);
    }
  });

  it('are read as others write them', () => {
    const read: Readonly<Record<string, string>> = {
      '=?UTF-8?Q?caf=C3=A9_au_lait?=': 'café au lait',
      '=?utf-8?b?Y2Fmw6k=?=': 'café',
      '=?ISO-8859-1?Q?caf=E9?=': 'café',
      // RFC 2047, section 8: white space between two words is none.
      '=?UTF-8?Q?a?= =?UTF-8?Q?b?=': 'ab',
      'a =?UTF-8?Q?b?= c': 'a b c',
      // A character in two halves.
      '=?UTF-8?B?w6k=?= =?UTF-8?B?w?= =?UTF-8?B?6k=?=': '=?UTF-8?B?w6k=?= =?UTF-8?B?w?= =?UTF-8?B?6k=?=',
      '=?UTF-8?Q?=C3?= =?UTF-8?Q?=A9?=': 'é',
      // Not readable: as they came.
      '=?UTF-8?B?*?=': '=?UTF-8?B?*?=',
      '=?UTF-8?Q?=C3?=': '=?UTF-8?Q?=C3?=',
      '=?UTF-8?Q?=ZZ?=': '=?UTF-8?Q?=ZZ?=',
      '=?KOI8-R?B?eA==?=': '=?KOI8-R?B?eA==?=',
      // Bytes of UTF-8, as Node gives them, and of Latin-1.
      'caf\u00c3\u00a9': 'café',
      'caf\u00e9': 'café',
    };
    for (const [header, text] of Object.entries(read)) expect(decodeWords(header), header).to.equal(text);
  });
});
