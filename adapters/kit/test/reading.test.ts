import { StoreError } from '@store/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  deleteDocument,
  ListingDocument,
  objectsPage,
  readDeleteResult,
  readXml,
  serviceCodes,
  settleQuietly,
} from '#src/index.js';

const { keyFailure } = serviceCodes();
const AS_IT_IS = { url: false, plusIsSpace: false };

const rootOf = (text: string | Buffer) => readXml(Buffer.from(text));

describe('reading answers', () => {
  it('finds elements whatever stands between them, and keeps their texts', () => {
    const root = rootOf(
      '\ufeff<?xml version="1.0"?>\n<!-- <a> --><R x="a>b" y=\'"\'><A>1</A ><!-- <A>2</A> -->\n' +
        '<B><A/><![CDATA[<x>]]></B><C> \r\n&lt;&#233;é<![CDATA[&]]></C><A.b>3</A.b></R>',
    );
    expect(root.children.map(({ name }) => name)).to.deep.equal(['A', 'B', 'C', 'A.b']);
    expect(root.attributes()).to.equal(' x="a>b" y=\'"\'');
    expect(root.textOf('A')).to.equal('1');
    expect(root.child('B')?.text()).to.equal(undefined);
    expect(root.textOf('C')).to.equal(' \r\n<éé&');
    expect(root.child('A')?.outer()).to.equal('<A>1</A >');
    expect(root.hasText).to.equal(false);
    expect(rootOf('<R><A/>x<B/></R>').hasText).to.equal(true);
    expect(rootOf('<R><A/><B/>x</R>').hasText).to.equal(true);
  });

  it('takes what is not well-formed for none', () => {
    for (const text of [
      '',
      'x',
      '<R>',
      '<R></S>',
      '</R>',
      '<R/><R/>',
      '<R></R>x',
      '<R><A></R></A>',
      '<R><A',
      '<R a="></R>',
      '<R><!-- </R>',
      '<R><!DOCTYPE x></R>',
      '<R>< a/></R>',
      '<?xml version="1.0" encoding="latin1"?><R/>',
      '<a>'.repeat(65) + '</a>'.repeat(65),
      `<R>${'<a/>'.repeat(400_000)}</R>`,
    ])
      expect(() => rootOf(text), text.slice(0, 40)).to.throw(StoreError, 'cannot be read');
    expect(() => rootOf('<R><A/><A/></R>').child('A')).to.throw(StoreError, 'two of');
  });

  it('reads sizes, times and ETags of entries in all their forms', () => {
    const entry = (inside: string) => {
      const document = `<L><IsTruncated>false</IsTruncated><Contents><Key>k</Key>${inside}</Contents></L>`;
      return objectsPage(new ListingDocument(rootOf(document), true)).objects[0];
    };
    const times = {
      '2026-02-28T23:59:59Z': '2026-02-28T23:59:59.000Z',
      '2026-02-28T23:59:59.123Z': '2026-02-28T23:59:59.123Z',
      '2026-03-31T00:00:00.000Z': '2026-03-31T00:00:00.000Z',
      '2026-03-01T08:00:00+08:00': '2026-03-01T00:00:00.000Z',
      '2026-03-01T00:00:0&#48;Z': '2026-03-01T00:00:00.000Z',
      '2026-13-01T00:00:00Z': undefined,
      '2026-03-01T24:01:00Z': undefined,
      '2026-03-01 00:00:00Z': undefined,
      '2026-03-0xT00:00:00Z': undefined,
    };
    for (const [said, meant] of Object.entries(times))
      expect(entry(`<LastModified>${said}</LastModified>`)?.lastModified?.toISOString(), said).to.equal(
        meant,
      );
    for (const [said, meant] of [
      ['0', 0],
      ['9007199254740991', 2 ** 53 - 1],
      ['9007199254740992', undefined],
      ['1<!-- -->2', 12],
      ['', undefined],
      ['-1', undefined],
      ['1e3', undefined],
    ] as const)
      expect(entry(`<Size>${said}</Size>`)?.size, said).to.equal(meant);
    for (const [said, meant] of [
      ['&quot;abc&quot;', '"abc"'],
      ['"abc"', '"abc"'],
      ['&quot;', '"'],
      ['&quot;&quot;', '""'],
      ['&quot;é&amp;&quot;', '"é&"'],
      ['&quot;&#0;&quot;', '"\0"'],
    ] as const)
      expect(entry(`<ETag>${said}</ETag>`)?.etag, said).to.equal(meant);
  });

  it('gives each entry its own words where those of its neighbours repeat', () => {
    const classes = ['A', 'A', '', 'A', 'AB', 'B', undefined, 'B', 'x&amp;', 'x&amp;'];
    const entries = classes.map(
      (name) =>
        `<Contents><Key>k</Key>${name === undefined ? '' : `<StorageClass>${name}</StorageClass>`}</Contents>`,
    );
    const root = rootOf(`<L><IsTruncated>false</IsTruncated>${entries.join('')}</L>`);
    const { objects } = objectsPage(new ListingDocument(root, true));
    expect(objects.map(({ storageClass }) => storageClass)).to.deep.equal(
      classes.map((name) => name?.replace('&amp;', '&') || undefined),
    );
  });

  it('leaves out what nobody looks at', () => {
    const root = rootOf(
      '<L><IsTruncated>false</IsTruncated><Contents><Key>k</Key><Size>1</Size><ETag>e</ETag></Contents></L>',
    );
    expect(objectsPage(new ListingDocument(root, true), true).objects).to.deep.equal([{ key: 'k', size: 1 }]);
  });

  it('reads the keys of answers in any order, escaped in any way', () => {
    const keys = fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1 }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(keys, fc.boolean(), fc.infiniteStream(fc.nat()), (given, shuffled, random) => {
        const asked = given.map((key) => ({ key }));
        const sent = shuffled
          ? asked.toSorted((a, b) => (random.next().value % 3) - 1 || (a.key < b.key ? 1 : -1))
          : asked;
        // Its elements are those of the request.
        const entries = rootOf(deleteDocument(sent, false).content).all('Object');
        const answer = entries.map((entry) => `<Deleted>${entry.child('Key')?.outer() ?? ''}</Deleted>`);
        const root = rootOf(`<DeleteResult>${answer.join('')}</DeleteResult>`);
        const { deleted, unmatched } = readDeleteResult(root, asked, AS_IT_IS, keyFailure);
        expect(deleted.map(({ key }) => key)).to.deep.equal(sent.map(({ key }) => key));
        expect(unmatched).to.equal(false);
      }),
    );
  });

  it('notices what was not asked for, however near it comes', () => {
    const asked = [{ key: 'a+b' }, { key: 'a%20b' }, { key: 'c', versionId: 'v' }];
    const read = (inside: string) =>
      readDeleteResult(rootOf(`<D>${inside}</D>`), asked, AS_IT_IS, keyFailure);
    expect(read('<Error><Key>a b</Key><Code>X</Code></Error>').unmatched).to.equal(true);
    expect(read('<Error><Key>c</Key><Code>X</Code></Error>').unmatched).to.equal(true);
    expect(read('<Error><Code>X</Code></Error>').unmatched).to.equal(true);
    const refused = read('<Error><Key>a%20b</Key><Code>AccessDenied</Code></Error>');
    expect(refused.unmatched).to.equal(false);
    expect(settleQuietly(refused, asked).deleted.map(({ key }) => key)).to.deep.equal(['a+b', 'c']);
  });
});
