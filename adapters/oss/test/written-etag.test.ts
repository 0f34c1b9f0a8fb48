import { errorOf } from '@store/conformance';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useWrongOss } from './wrong-service.js';

const { driverFor, wrongService } = useWrongOss();

describe('oss: the ETag of what was written', () => {
  const body = Buffer.from('x');
  const MD5 = '9DD4E461268C8034F5C8564E155C67A6';
  const OTHER = '0'.repeat(32);
  const answers: readonly (readonly [why: string, headers: Record<string, string>, isGood: boolean])[] = [
    ['its MD5', { etag: `"${MD5}"` }, true],
    ['its MD5 in small letters', { etag: `"${MD5.toLowerCase()}"` }, true],
    ['no MD5', { etag: '"something"' }, true],
    ['of an encrypted object', { etag: `"${OTHER}"`, 'x-oss-server-side-encryption': 'KMS' }, true],
    ['of something else', { etag: `"${OTHER}"` }, false],
  ];
  for (const [why, headers, isGood] of answers)
    it(`is ${isGood ? 'taken' : 'Corrupt'}: ${why}`, async () => {
      const driver = driverFor(await wrongService(() => ({ headers })));
      for (const write of [
        () => driver.write.put({ key: 'k', body }, {}),
        () => driver.multipart.part({ key: 'k', uploadId: 'u', partNumber: 1, body }, {}),
      ])
        if (isGood) await write();
        else {
          const { reason, retryable } = await errorOf(write(), 'Corrupt');
          expect(reason).to.include(MD5.toLowerCase()).and.include(OTHER);
          expect(retryable).to.equal(false);
        }
    });
});
