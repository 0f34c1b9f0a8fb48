import { readPlainDelete } from '#src/plain-delete.js';
import { childrenOf, childText } from '#src/xml.js';
import { parseXml } from '#src/xml-parser.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';

/** What a parser of all of XML makes of a document of nothing but keys; undefined where it is none. */
function readGenerally(body: Buffer): { keys: string[]; quiet: boolean } | undefined {
  const root = parseXml(body);
  if (root?.name !== 'Delete') return undefined;
  const objects = childrenOf(root, 'Object');
  if (root.children.length > objects.length + childrenOf(root, 'Quiet').length) return undefined;
  if (objects.some(({ children }) => children.length !== 1)) return undefined;
  return {
    keys: objects.map((object) => childText(object, 'Key') ?? ''),
    quiet: childText(root, 'Quiet') === 'true',
  };
}

const PARTS = [
  '<Object><Key>a</Key></Object>',
  '<Object><Key>a &amp; b&lt;&gt;</Key></Object>',
  '<Object><Key>漢\u{1f600}\t</Key></Object>',
  '<Object><Key>&#38;amp;&#39;&#34;&#126;&#32;</Key></Object>',
  '<Quiet>true</Quiet>',
  '<Quiet>false</Quiet>',
];

/** What makes a document something else, or none. */
const ODD_PARTS = [
  '<Object><Key></Key></Object>',
  '<Object><Key/></Object>',
  '<Object></Object>',
  '<Object><Key>a</Key><VersionId>1</VersionId></Object>',
  '<Object><Key>a</Key><Key>b</Key></Object>',
  '<Object><Key>a</Key> </Object>',
  '<Object><Key>a</Key></object>',
  '<Object><Key>a>b</Key></Object>',
  '<Object><Key>]]></Key></Object>',
  '<Object><Key>&#1;</Key></Object>',
  '<Object><Key>&#039;&#127;</Key></Object>',
  '<Object><Key>&#x27;</Key></Object>',
  '<Object><Key>&eacute;</Key></Object>',
  '<Object><Key>a & b</Key></Object>',
  '<Object><Key><![CDATA[a]]></Key></Object>',
  '<Object><Key>\r\n</Key></Object>',
  '<Object><Key>\u0001</Key></Object>',
  '<Object a="b"><Key>a</Key></Object>',
  '<Quiet>maybe</Quiet>',
  '<Quiet> true</Quiet>',
  '<Quiet/>',
  '<Other/>',
  '<!-- -->',
  '</Delete>',
  '<Object><Key>',
  'text',
  ' ',
  '\n',
  '\ufffe',
];

const HEADS = [
  '',
  '<?xml version="1.0" encoding="UTF-8"?>',
  '<?xml version="1.0" encoding="UTF-8"?>\n',
  '\n',
];
const ROOTS = [
  '<Delete>',
  '<Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">',
  '<Delete a="b">',
  '<delete>',
];
const ENDS = ['</Delete>', '</Delete>\n', '</Delete>x', '</Delete ', ''];

describe('Delete documents of nothing but keys', () => {
  it('are what the parser of all of XML makes of them, or nothing', () => {
    const part = fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...PARTS) },
      { weight: 1, arbitrary: fc.constantFrom(...ODD_PARTS) },
    );
    const document = fc
      .tuple(
        fc.oneof({ weight: 3, arbitrary: fc.constant('') }, fc.constantFrom(...HEADS)),
        fc.oneof({ weight: 3, arbitrary: fc.constant('<Delete>') }, fc.constantFrom(...ROOTS)),
        fc.array(part, { maxLength: 6 }),
        fc.oneof({ weight: 3, arbitrary: fc.constant('</Delete>') }, fc.constantFrom(...ENDS)),
      )
      .map(([head, root, parts, end]) => head + root + parts.join('') + end);
    let read = 0;
    fc.assert(
      fc.property(document, (text) => {
        const plain = readPlainDelete(Buffer.from(text));
        if (!plain) return;
        read++;
        expect(plain).to.deep.equal(readGenerally(Buffer.from(text)));
      }),
      { numRuns: 5000, seed: 1 },
    );
    expect(read).to.be.above(500);
  });

  it('are read with any key that XML carries', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1 }), (keys) => {
        const escaped = keys.map((key) =>
          key.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
        );
        const objects = escaped.map((key) => `<Object><Key>${key}</Key></Object>`).join('');
        expect(readPlainDelete(Buffer.from(`<Delete>${objects}</Delete>`))).to.deep.equal({
          keys,
          quiet: false,
        });
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  for (const odd of ODD_PARTS.filter((one) => one.trim() !== '')) {
    it(`leaves ${JSON.stringify(odd)} to the parser`, () => {
      const text = `<Delete><Object><Key>a</Key></Object>${odd}</Delete>`;
      expect(readPlainDelete(Buffer.from(text))).to.equal(undefined);
    });
  }

  it('leaves bytes that are no UTF-8 to the parser', () => {
    const text = Buffer.from('<Delete><Object><Key>a\u00ff</Key></Object></Delete>', 'latin1');
    expect(readPlainDelete(text)).to.equal(undefined);
  });
});
