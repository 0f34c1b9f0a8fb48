import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { decodeMetadata, encodeMetadata } from '#src/index.js';

const encode = (text: string): string => encodeMetadata({ a: text })['a'] ?? '';
const decode = (text: string): string => decodeMetadata({ a: text })['a'] ?? '';

describe('metadata in headers', () => {
  it('sends ASCII as it is, and all else as encoded words', () => {
    expect(encode('a = "b", c? d')).to.equal('a = "b", c? d');
    expect(encode('')).to.equal('');
    expect(encode('ÄÄ')).to.equal('=?UTF-8?B?w4TDhA==?=');
    expect(encode('=?UTF-8?B?w4TDhA==?=')).to.equal('=?UTF-8?B?PT9VVEYtOD9CP3c0VERoQT09Pz0=?=');
  });

  it('sends words that the standard allows, and reads back what was written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const sent = encode(text);
        expect(sent).to.match(/^[\x20-\x7e]*$/);
        if (sent !== text) for (const word of sent.split(' ')) expect(word.length).to.be.at.most(75);
        expect(decode(sent)).to.equal(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('reads what others have encoded', () => {
    const known: readonly (readonly [string, string])[] = [
      ['=?UTF-8?Q?Andr=C3=A9_x?=', 'André x'],
      ['=?utf-8?b?w7w=?=', 'ü'],
      ['=?ISO-8859-1?Q?Andr=E9?=', 'André'],
      ['=?UTF-8?B?w7w=?= =?UTF-8?B?w7w=?=', 'üü'],
      ['=?UTF-8?B?w7w=?=\t =?UTF-8?B?w7w=?=', 'üü'],
      ['=?UTF-8?B?ww==?= =?UTF-8?B?vA==?=', 'ü'],
      ['=?ISO-8859-1?Q?=E9?= =?UTF-8?Q?=C3=BC?=', 'éü'],
      ['=?UTF-8*de?Q?=C3=BC?=', 'ü'],
      ['=?UTF-8?B?77u/YQ==?=', '\ufeffa'],
      [Buffer.from('bare UTF-8: 数').toString('latin1'), 'bare UTF-8: 数'],
    ];
    for (const [sent, text] of known) expect(decode(sent), sent).to.equal(text);
  });

  it('leaves alone what is not encoded words through and through', () => {
    const others = [
      'x =?UTF-8?B?w7w=?=',
      '=?UTF-8?B?w7w=?=x',
      '=?UTF-8?B?w7w=?==?UTF-8?B?w7w=?=',
      '=?UTF-8?X?w7w=?=',
      '=?no-such-charset?B?w7w=?=',
      '=?UTF-8?B?w7?w=?=',
      '=?UTF-8?B?!!!!?=',
      '=?UTF-8?B?/w==?=',
      '=?UTF-8?Q?=C3?=',
      '=?UTF-8?Q?=zz?=',
      '=?UTF-8?B?w7w=?= ?',
      'bare Latin-1: é',
      '=?',
    ];
    for (const sent of others) expect(decode(sent), sent).to.equal(sent);
  });
});
