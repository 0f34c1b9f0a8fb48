import { parseXml as reference } from '@rgrove/parse-xml';
import { parseXml } from '#src/xml-parser.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';

const parse = (text: string, anyReference = false) => parseXml(Buffer.from(text), { anyReference });

/** Any character that a key may have. */
const scalar = fc
  .oneof(
    fc.integer({ min: 0, max: 0x10ffff }),
    fc.integer({ min: 0, max: 0x2f }),
    fc.integer({ min: 0xe000, max: 0xffff }),
    fc.integer({ min: 0x10f000, max: 0x10ffff }),
  )
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));

/** Pieces of documents, well-formed when taken in the right order only. */
const piece = fc.oneof(
  fc.constantFrom(
    ...['<a>', '</a>', '<b>', '</b>', '<a/>', '<a x="1">', '<a x="1" x="2"/>', "<a y='&lt;'/>", '<a x="<"/>'],
    ...[
      'text',
      ' ',
      '\n',
      '\r\n',
      '&amp;',
      '&',
      '&#65;',
      '&#x41;',
      '&#1;',
      '&#xD800;',
      '&#x110000;',
      '&nbsp;',
    ],
    ...[
      '<![CDATA[&#1;<a>]]>',
      '<![CDATA[',
      ']]>',
      '<!-- a -->',
      '<!-- -- -->',
      '<?pi a?>',
      '<?xml a?>',
      '</a >',
    ],
    ...[
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<',
      '>',
      '"',
      '\u0001',
      '\ufffe',
      '\u{10fffd}',
      '<é/>',
      '<1/>',
    ],
  ),
  scalar.filter((char) => char !== '!'),
);
const soup = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const wrapped = soup.map((inside) => `<r>${inside}</r>`);

describe('XML parser', () => {
  it('reads the same from what is well-formed, whether any reference is allowed or not', () => {
    fc.assert(
      fc.property(fc.oneof(soup, wrapped), (text) => {
        let expected: string | undefined;
        try {
          expected = reference(text).root?.text;
        } catch {
          expected = undefined;
        }
        expect(parse(text)?.text).to.equal(expected);
        if (expected !== undefined) expect(parse(text, true)?.text).to.equal(expected);
      }),
      { numRuns: 3000 },
    );
  });

  it('reads every character behind a reference where any may be', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(scalar, fc.boolean()), { minLength: 1 }), (chars) => {
        const written = chars.map(([char, hex]) => {
          const code = char.codePointAt(0) ?? 0;
          return hex ? `&#x${code.toString(16)};` : `&#${code};`;
        });
        expect(parse(`<r>${written.join('')}</r>`, true)?.text).to.equal(
          chars.map(([char]) => char).join(''),
        );
      }),
      { numRuns: 1000 },
    );
    for (let plane = 0; plane <= 16; plane++) {
      for (const code of [plane * 0x10000 + 0x1, plane * 0x10000 + 0xf041, plane * 0x10000 + 0xfffd]) {
        const char = String.fromCodePoint(code);
        expect(parse(`<r>&#${code};</r>`, true)?.text).to.equal(char);
        if (code > 1) expect(parse(`<r>${char}</r>`)?.text).to.equal(char);
      }
    }
  });

  it('mistakes no text for what stands for a reference', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('\ue000', ';', '1', 'x1', 'x', '&#1;', '&#xe000;', '&#57344;', 'e000')),
        (parts) => {
          const expected = parts
            .map((part) => (part === '&#1;' ? '\u0001' : part.startsWith('&') ? '\ue000' : part))
            .join('');
          expect(parse(`<r>${parts.join('')}</r>`, true)?.text).to.equal(expected);
          expect(parse(`<r><![CDATA[${parts.join('')}]]></r>`, true)?.text).to.equal(parts.join(''));
        },
      ),
    );
  });

  it('takes what looks like a reference in a CDATA section for text', () => {
    expect(parse('<r><![CDATA[&#1;]]></r>', true)?.text).to.equal('&#1;');
  });

  it('refuses document types, and whatever comes with them', () => {
    expect(parse('<!DOCTYPE r><r/>')).to.equal(undefined);
    expect(parse('<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>')).to.equal(undefined);
  });

  it('refuses what is nested too deeply or has too many elements at the first that is too many', () => {
    const bombs = [
      `<r>${'<a/>'.repeat(2_000_000)}</r>`,
      '<a>'.repeat(2_000_000),
      `${'<a>'.repeat(50_000)}${'</a>'.repeat(50_000)}`,
    ];
    const before = process.memoryUsage().heapUsed;
    for (const bomb of bombs) expect(parse(bomb)).to.equal(undefined);
    expect(process.memoryUsage().heapUsed - before).to.be.below(200 * 1024 * 1024);
    const parts = Array.from({ length: 10_000 }, (_, i) => `<Part><N>${i}</N><E>e</E><C>c</C></Part>`);
    expect(parse(`<r>${parts.join('')}</r>`)?.children).to.have.length(10_000);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(parseXml(Buffer.from('<r>\xff</r>', 'latin1'))).to.equal(undefined);
  });
});
