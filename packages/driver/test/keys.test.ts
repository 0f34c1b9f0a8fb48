import { assertKey, compareKeys, fitsXml, quoteKey, StoreError } from '@store/driver';
import { xmlBytes } from '#src/keys.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';

describe('keys', () => {
  it('refuses what would name another object or the bucket', () => {
    for (const key of ['', '\ud800', 'a\udc00b', 'é'.repeat(513)]) {
      expect(() => assertKey(key, 'delete'), JSON.stringify(key).slice(0, 20))
        .to.throw(StoreError)
        .with.property('code', 'InvalidArgument');
    }
  });

  it('takes 1024 bytes and not one more', () => {
    assertKey('é'.repeat(512), 'put');
    expect(() => assertKey(`${'é'.repeat(512)}a`, 'put')).to.throw(/1025 bytes/);
  });

  it('orders as UTF-8 bytes do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a), Buffer.from(b));
        expect(Math.sign(compareKeys(a, b))).to.equal(bytes);
      }),
    );
    expect(compareKeys('\uffff', '\u{10000}')).to.be.lessThan(0);
  });

  it('knows what XML 1.0 cannot carry', () => {
    for (const key of ['a\u0000', '\u0001', '\u000b', '\u001f', '\ufffe', '\uffff'])
      expect(fitsXml(key)).to.equal(false);
    for (const key of ['\t\r\n', '\u007f', '\u0085', '<&>"\'', '\u{1F600}', '\ud7ff\ue000'])
      expect(fitsXml(key)).to.equal(true);
  });

  it('reckons no fewer bytes than an escaped key has', () => {
    const escape = (key: string): string =>
      key.replace(/[&<>"'\r\n]/g, (char) => `&#x${char.charCodeAt(0).toString(16).padStart(2, '0')};`);
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        expect(xmlBytes(key)).to.be.at.least(Buffer.byteLength(escape(key)));
      }),
    );
  });

  it('quotes keys so that they cannot act on a terminal', () => {
    expect(quoteKey('a\u202eb\u2028c\u{e0001}')).to.equal('"a\\u202eb\\u2028c\\udb40\\udc01"');
    const quoted = quoteKey('a\u001b[2J\u009b\u007f\n"x"');
    expect(quoted).not.to.match(/\p{Cc}/u);
    expect(JSON.parse(quoted)).to.equal('a\u001b[2J\u009b\u007f\n"x"');
  });
});
