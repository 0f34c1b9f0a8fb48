import { parseXml as reference } from '@rgrove/parse-xml';
import { withinXmlLimits } from '#src/xml-limits.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';

const within = (text: string): boolean => withinXmlLimits(Buffer.from(text));

describe('limits of documents', () => {
  it('let every document through that the parser takes, and that is no larger than S3 has them', () => {
    const text = fc
      .string({
        unit: fc.constantFrom('a', ' ', '>', "'", '"', '&amp;', '=', '/', ']', '-', '漢'),
        maxLength: 8,
      })
      .map((value) => value.replaceAll(']]>', ''));
    const attribute = fc.constantFrom('', ' xmlns="x"', " a='>'", ' b = "/>"', " c='\"'");
    const { node } = fc.letrec<{ node: string; parent: string }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        text,
        fc.constantFrom('<a/>', '<b />', '<!-- <c> -->', '<![CDATA[<d]]>', "<?e f='<'?>"),
        tie('parent'),
      ),
      parent: fc
        .tuple(fc.constantFrom('x', 'y:z', 'é'), attribute, fc.array(tie('node'), { maxLength: 4 }))
        .map(([name, more, inside]) => `<${name}${more}>${inside.join('')}</${name}>`),
    }));
    let taken = 0;
    fc.assert(
      fc.property(node, (inside) => {
        const document = `<?xml version="1.0"?>\n<root>${inside}</root>\n`;
        let depth = 0;
        let deepest = 0;
        for (const [tag] of document
          .replaceAll(/<!.*?>|<\?.*?\?>|"[^"]*"|'[^']*'/g, '')
          .matchAll(/<[^>]*>/g)) {
          depth += tag.startsWith('</') ? -1 : tag.endsWith('/>') ? 0 : 1;
          deepest = Math.max(deepest, depth);
        }
        try {
          reference(document);
        } catch {
          return;
        }
        taken++;
        if (deepest < 12) expect(within(document), document).to.equal(true);
      }),
      { numRuns: 500 },
    );
    expect(taken).to.be.greaterThan(100);
  });

  it('take the largest documents that S3 takes', () => {
    const part =
      '<Part><ETag>"0123456789abcdef0123456789abcdef"</ETag><PartNumber>1</PartNumber><ChecksumSHA256>x</ChecksumSHA256></Part>\n';
    expect(within(`<CompleteMultipartUpload>${part.repeat(10_000)}</CompleteMultipartUpload>`)).to.equal(
      true,
    );
    const object = '<Object><Key>k</Key><VersionId>v</VersionId><ETag>e</ETag></Object>';
    expect(within(`<Delete xmlns="x">${object.repeat(1000)}</Delete>`)).to.equal(true);
    const rule =
      '<Rule><Filter><And><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><Status>Enabled</Status></Rule>';
    expect(within(`<LifecycleConfiguration>${rule.repeat(1000)}</LifecycleConfiguration>`)).to.equal(true);
  });

  it('end what is too much, too deep, or never ends', () => {
    for (const document of [
      `<a>${'<b/>'.repeat(100_000)}</a>`,
      `<a>${'<!---->'.repeat(100_000)}</a>`,
      `<a>${'<![CDATA[]]>'.repeat(100_000)}</a>`,
      '<a>'.repeat(17),
      `<a ${'b="" '.repeat(200)}/>`,
      '<a b="',
      '<a',
      '<a <b/>/>',
      '<a b="<"/>',
      '<!-- ',
      '<![CDATA[',
      '<? ',
    ]) {
      expect(within(document), document.slice(0, 20)).to.equal(false);
    }
  });
});
