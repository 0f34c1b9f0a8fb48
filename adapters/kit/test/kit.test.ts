import { Readable } from 'node:stream';
import { StoreError } from '@store/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import {
  codeOfStatus,
  escapedBytes,
  keyOfBytes,
  keyOfUrlText,
  networkFailure,
  readAnswer,
  retryAfterMs,
  saysTruncated,
  serviceCodes,
  sizeFact,
  timeFact,
  versionReader,
} from '#src/index.js';
import { plainTime } from '#src/facts.js';

describe('kit', () => {
  it('reads sizes and times, and leaves out what is none', () => {
    expect(['0', '17', 17].map(sizeFact)).to.deep.equal([0, 17, 17]);
    for (const none of [undefined, null, '', '-1', -1, 'NaN', Number.NaN, -Infinity, '1e3', ' 5', 1.5])
      expect(sizeFact(none), String(none)).to.equal(undefined);
    for (const time of [
      '2026-01-02T03:04:05.000Z',
      '2026-01-02T03:04:05Z',
      '2026-01-02T03:04:05.000000Z',
      '2026-01-02T11:04:05+08:00',
      'Fri, 02 Jan 2026 03:04:05 GMT',
    ])
      expect(timeFact(time), time).to.deep.equal(new Date(Date.UTC(2026, 0, 2, 3, 4, 5)));
    for (const none of [undefined, null, '', 'yesterday', new Date(Number.NaN), 0])
      expect(timeFact(none), String(none)).to.equal(undefined);
    // All of them are times to `Date`, and long ago.
    for (const none of ['1', 'version 5', 'not before 2019', '2001', '2001-01-01', '-000001-01-01T00:00:00Z'])
      expect(timeFact(none), none).to.equal(undefined);
  });

  it('takes no time without its zone for one', () => {
    expect(timeFact('2026-01-02T03:04:05')).to.equal(undefined);
    expect(timeFact('2026-01-02T03:04:05.000Z and later')).to.equal(undefined);
    expect(timeFact('2026-13-02T03:04:05.000Z')).to.equal(undefined);
  });

  it('reads a time by its bytes as it does by its text, on every day that there is, and on those that there are not', () => {
    const two = (number: number): string => String(number).padStart(2, '0');
    for (const year of [1999, 2000, 2023, 2024])
      for (let month = 0; month <= 13; month++)
        for (let day = 0; day <= 32; day++) {
          const time = `${year}-${two(month)}-${two(day)}T23:59:58.007Z`;
          const plain = plainTime(Buffer.from(time), 0, time.length);
          if (plain) expect(plain.toISOString(), time).to.equal(time);
          // Nothing but what is no day is left to the slower way.
          else expect(timeFact(time)?.toISOString(), time).not.to.equal(time);
        }
  });

  it('takes nothing but a clear word for the end of a listing', () => {
    expect(['true', true, 'false', false].map(saysTruncated)).to.deep.equal([true, true, false, false]);
    for (const vague of [undefined, null, '', ' false', 'False', 0, 1, 'no'])
      expect(() => saysTruncated(vague), String(vague)).to.throw(StoreError, 'IsTruncated');
  });

  it('knows statuses and failures of the network', () => {
    expect([401, 403, 404, 405, 408, 409, 412, 429, 501].map(codeOfStatus)).to.deep.equal([
      'AccessDenied',
      'AccessDenied',
      'NotFound',
      'Unsupported',
      'Timeout',
      'Conflict',
      'PreconditionFailed',
      'Throttled',
      'Unsupported',
    ]);
    expect([200, 302, 418, 503].map(codeOfStatus)).to.deep.equal([
      'Corrupt',
      'InvalidConfig',
      'InvalidArgument',
      'Unavailable',
    ]);
    expect(networkFailure('ECONNRESET')).to.include({ code: 'Unavailable', retryable: true });
    expect(networkFailure('ENOTFOUND')).to.include({ retryable: false });
    expect(networkFailure('EPROTO')).to.include({ code: 'Unavailable', retryable: false });
    expect(networkFailure('HPE_INVALID_CONSTANT')).to.include({ code: 'Unavailable' });
    expect(networkFailure('TypeError')).to.equal(undefined);
  });

  it('takes no code of a service for something that every object has', () => {
    const { codeOf, keyFailure } = serviceCodes();
    for (const name of Object.getOwnPropertyNames(Object.prototype)) {
      expect(codeOf(name, 404), name).to.equal('NotFound');
      expect(keyFailure(name, undefined), name).to.deep.equal({
        code: 'Internal',
        message: name,
        retryable: false,
        providerCode: name,
      });
    }
    expect(codeOf('NoSuchKey', 500)).to.equal('NotFound');
    // Of one key of a batch: it is not the key that is missing, and so it has not been deleted before.
    expect(keyFailure('NoSuchBucket', 'gone').code).to.equal('InvalidConfig');
    expect(codeOf('NoSuchBucket', 404)).to.equal('NotFound');
    for (const code of ['SlowDown', 'QpsLimitExceeded', 'PartitionQpsLimitted', 'TooManyRequestsException'])
      expect(codeOf(code, 400), code).to.equal('Throttled');
    expect(codeOf(undefined, undefined)).to.equal('Internal');
  });

  it('reads Retry-After', () => {
    const now = Date.UTC(2026, 0, 1);
    expect(retryAfterMs('3', now)).to.equal(3000);
    expect(retryAfterMs('Thu, 01 Jan 2026 00:00:07 GMT', now)).to.equal(7000);
    for (const none of [undefined, '', '0', '-4', 'soon', 'Infinity'])
      expect(retryAfterMs(none, now), none).to.equal(undefined);
  });

  it('reads an answer up to its limit and no further', async () => {
    expect((await readAnswer(Readable.from([Buffer.from('ab'), Buffer.from('c')]), 3)).toString()).to.equal(
      'abc',
    );
    let sent = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) {
          sent++;
          yield Buffer.alloc(10);
        }
      })(),
    );
    const error = await readAnswer(endless, 100).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(StoreError).and.include({ code: 'Corrupt' });
    expect(endless.destroyed).to.equal(true);
    expect(sent).to.be.below(100);
  });

  it('decodes every key as its bytes say, and nothing else to a key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.boolean(), (key, plusIsSpace) => {
        const encoded = encodeURIComponent(key);
        expect(
          keyOfUrlText(plusIsSpace ? encoded.replaceAll('%20', '+') : encoded, plusIsSpace),
        ).to.deep.equal({
          key,
        });
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (bytes) => {
        const { key, unnameable } = keyOfBytes(bytes);
        const text = Buffer.from(bytes).toString();
        // Node's lenient decoder gives the same bytes back only where they are UTF-8.
        if (Buffer.from(text).equals(bytes)) expect(key).to.equal(text);
        else expect(unnameable?.name).to.match(/^[\x20-\x7e]+$/);
      }),
    );
  });

  it('names what is not UTF-8 by its bytes', () => {
    const huge = Buffer.alloc(10 * 1024 * 1024, 'd/\xff', 'latin1');
    expect(escapedBytes(huge))
      .to.match(/^d\/\\xFFd\/\\xFF.*…$/)
      .and.have.lengthOf.below(4200);
    expect(keyOfBytes(huge).unnameable?.name).to.equal(escapedBytes(huge));
    expect(escapedBytes(Buffer.alloc(1024, 'x'))).to.equal('x'.repeat(1024));
    expect(keyOfUrlText('d/%FFa%5c', false).unnameable?.name).to.equal('d/\\xFFa\\x5C');
    expect(keyOfUrlText('d/%zz', false).unnameable?.reason).to.include({ code: 'Corrupt', retryable: false });
    expect(keyOfUrlText('a%EF%BB%BF', false)).to.deep.equal({ key: 'a\uFEFF' });
  });

  it('takes the version null for none where none was asked for', () => {
    const versionOf = versionReader([
      { key: 'a' },
      { key: 'b', versionId: 'null' },
      { key: 'c' },
      { key: 'c', versionId: 'null' },
    ]);
    const read = ['a', 'b', 'c', 'd'].map((key) => versionOf(key, 'null'));
    expect(read).to.deep.equal([undefined, 'null', 'null', 'null']);
    expect(['', null, undefined, 'v'].map((said) => versionOf('a', said))).to.deep.equal([
      undefined,
      undefined,
      undefined,
      'v',
    ]);
  });
});
