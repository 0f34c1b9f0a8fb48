import { parsePlainXml } from '#src/plain-xml.js';
import { parseXml } from '#src/xml-parser.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';

const BATCH =
  '<?xml version="1.0" encoding="UTF-8"?>\n<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">' +
  '<Object><Key>a &amp; b&lt;&gt;&quot;&apos;&#39;</Key></Object>\n  <Object><Key>漢\u{1f600}</Key></Object><Quiet>true</Quiet></Delete>\n';

describe('plain documents', () => {
  it('are read without a parser of all of XML', () => {
    expect(parsePlainXml(BATCH)).to.deep.equal(parseXml(Buffer.from(BATCH)));
    expect(parsePlainXml(BATCH)?.children).to.have.length(4);
  });

  it('are what the parser makes of them, or nothing', () => {
    const tags = [
      '<a>',
      '</a>',
      '<b>',
      '</b>',
      '<a>x</a>',
      '<b></b>',
      '<a/>',
      '<a >',
      '</a >',
      '<a b="c">',
      '< a>',
    ];
    const texts = [
      'x',
      ' ',
      '\n',
      '\r',
      '\t',
      '>',
      '<',
      '&',
      '&amp;',
      '&lt;',
      '&#65;',
      '&#38;lt;',
      '&#32;',
      '&#9;',
      '&#127;',
      '&#13;',
      '&x;',
      ']]>',
      '漢',
    ];
    const rare = [
      '<!-- c -->',
      '<![CDATA[d]]>',
      '<?e?>',
      '<!DOCTYPE a>',
      '\u0001',
      '\u0085',
      '\ufffe',
      '\ue000',
      '\ufeff',
    ];
    const piece = fc.constantFrom(...tags, ...texts, ...rare);
    const head = fc.constantFrom(
      '',
      ' ',
      '\ufeff',
      '<?xml version="1.0"?>',
      '<?xml version="1.0" encoding="utf-8"?>\n',
    );
    const root = fc.constantFrom('<r>', '<r xmlns="u:n">', "<r xmlns='u:n'>", '<r xmlns="a>b">', '<é>');
    const tail = fc.constantFrom('</r>', '</r>\n', '</r>x', '</r></r>', '</r><r></r>', '</r><!-- c -->', '');
    let read = 0;
    fc.assert(
      fc.property(head, root, fc.array(piece, { maxLength: 5 }), tail, (begin, open, pieces, end) => {
        const document = begin + open + pieces.join('') + end;
        const plain = parsePlainXml(document);
        if (!plain) return;
        read++;
        const body = Buffer.from(document);
        expect(plain).to.deep.equal(parseXml(body));
        expect(plain).to.deep.equal(parseXml(body, { anyReference: true }));
      }),
      { numRuns: 20_000, seed: 1 },
    );
    // It is not nothing that was compared.
    expect(read).to.be.above(300);
  });

  it('are neither too deep nor too many', () => {
    const deep = (levels: number): string => '<a>'.repeat(levels) + '</a>'.repeat(levels);
    expect(parsePlainXml(deep(16))?.name).to.equal('a');
    expect(parsePlainXml(deep(17))).to.equal(undefined);
    const wide = (count: number): string => `<a>${'<b></b>'.repeat(count)}</a>`;
    expect(parsePlainXml(wide(49_999))?.children).to.have.length(49_999);
    expect(parsePlainXml(wide(50_000))).to.equal(undefined);
  });
});
