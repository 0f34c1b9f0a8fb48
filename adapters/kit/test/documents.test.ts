import { StoreError } from '@store/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  joinMarkers,
  objectInfo,
  readXml,
  ruleElement,
  splitMarkers,
  tagHeader,
  taggingOf,
  tagsOf,
  whatCame,
  xmlDocument,
  xmlOf,
} from '#src/index.js';

describe('kit: documents', () => {
  it('are written so that every text is read as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        const read = readXml(
          xmlDocument('Delete', { Object: [{ Key: text }, { Key: 'b' }], None: undefined }),
        );
        expect(read.all('Object').map((one) => one.textOf('Key'))).to.deep.equal([text, 'b']);
        expect(read.children).to.have.length(2);
      }),
    );
    expect(xmlOf('A', { B: '', C: 0, D: false, E: [] })).to.equal('<A><B></B><C>0</C><D>false</D></A>');
  });

  it('hold tags', () => {
    const tags = { a: '<1>', 'b c': '' };
    expect(tagsOf(readXml(xmlDocument('Tagging', taggingOf(tags))))).to.deep.equal(tags);
    expect(tagsOf(readXml(Buffer.from('<Tagging><TagSet/></Tagging>')))).to.deep.equal({});
    expect(() => tagsOf(readXml(Buffer.from('<Tagging/>')))).to.throw(StoreError, 'TagSet');
    expect(tagHeader({ 'a b': '+', c: '' })).to.equal('a%20b=%2B&c=');
  });

  it('hold rules, as a service writes them', () => {
    const rule = { id: 'i', prefix: 'p&', tag: { name: 't', value: 'v' }, days: 3, uploadsDays: 1 };
    expect(ruleElement(rule, { filter: true, uploads: ['Abort', 'Days'] })).to.equal(
      '<Rule><ID>i</ID><Filter><And><Prefix>p&#38;</Prefix><Tag><Key>t</Key><Value>v</Value></Tag></And></Filter>' +
        '<Status>Enabled</Status><Expiration><Days>3</Days></Expiration><Abort><Days>1</Days></Abort></Rule>',
    );
    expect(ruleElement(rule, { filter: false, uploads: ['Abort', 'Days'] })).to.equal(
      '<Rule><ID>i</ID><Prefix>p&#38;</Prefix><Status>Enabled</Status><Tag><Key>t</Key><Value>v</Value></Tag>' +
        '<Expiration><Days>3</Days></Expiration><Abort><Days>1</Days></Abort></Rule>',
    );
    const markers = { id: 'i', prefix: '', expiredMarkers: true, noncurrentDays: 2 };
    expect(ruleElement(markers, { filter: true, uploads: ['Abort', 'Days'] })).to.equal(
      '<Rule><ID>i</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status>' +
        '<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>' +
        '<NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays></NoncurrentVersionExpiration></Rule>',
    );
  });

  it('go on by tokens that only this store makes', () => {
    expect(splitMarkers(undefined)).to.deep.equal([]);
    expect(splitMarkers(undefined, 'after')).to.deep.equal(['after']);
    expect(splitMarkers(joinMarkers('k', undefined), 'after')).to.deep.equal(['k', undefined]);
    expect(splitMarkers(joinMarkers('k', ''))).to.deep.equal(['k', '']);
    for (const strange of ['', '{}', '[1]', 'k'])
      expect(() => splitMarkers(strange), strange).to.throw(StoreError, 'token');
  });

  it('are shown where another was meant', () => {
    expect(whatCame(Buffer.from(' \n'))).to.equal('nothing');
    expect(whatCame(Buffer.from(`\n${'x'.repeat(200)}`))).to.equal(JSON.stringify('x'.repeat(120)));
    expect(whatCame(Buffer.from('<HTML>sign in'))).to.contain('is there a proxy in between');
    expect(whatCame(Buffer.from('<?xml version="1.0"?><!-- --><html/>'))).to.contain('proxy');
  });
});

describe('kit: heads of answers', () => {
  it('say what an object is, and not what a part of it is', () => {
    const headers = {
      'content-length': '5',
      'content-range': 'bytes 0-4/17',
      'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT',
      etag: '"e"',
      'x-own-version-id': 'v',
      'x-own-restore': 'ongoing-request="false", expiry-date="Fri, 09 Jan 2026 00:00:00 GMT"',
      'x-own-meta-a-b': '=?UTF-8?B?w6Q=?=',
      'x-other-storage-class': 'COLD',
      'set-cookie': ['a', 'b'],
    };
    expect(objectInfo('k', headers, 'x-own-')).to.deep.include({
      key: 'k',
      size: 17,
      lastModified: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
      etag: '"e"',
      versionId: 'v',
      storageClass: undefined,
      restore: { ongoing: false, until: new Date(Date.UTC(2026, 0, 9)) },
      metadata: { 'a-b': 'ä' },
    });
    expect(objectInfo('k', { 'content-length': '5', 'last-modified': 'lately' }, 'x-own-')).to.deep.include({
      size: 5,
      lastModified: undefined,
      restore: undefined,
    });
  });
});
