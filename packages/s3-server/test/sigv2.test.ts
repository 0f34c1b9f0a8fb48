import { expect } from 'chai';
import { describe, it } from 'mocha';
import { verifySigV2 } from '#src/auth/sigv2.js';
import type { Incoming } from '#src/http/incoming.js';
import { Query } from '#src/http/query.js';
import type { ServiceError } from '#src/http/service-error.js';

const SETTINGS = {
  credentials: [
    { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: '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' },
  ],
  now: () => Date.UTC(2007, 2, 27, 19, 40),
};

function request(method: string, url: string, headers: Record<string, string>): Incoming {
  const [rawPath = '', rawQuery = ''] = url.split('?');
  return {
    method,
    rawPath,
    query: Query.parse(rawQuery),
    rawQuery,
    headers: new Map(Object.entries(headers)),
    body: Buffer.alloc(0),
    receivedAt: 0,
  };
}

function codeOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as ServiceError).code;
  }
}

// The examples of the OOS developer's guide, version 6, which are those that AWS published in 2007.
describe('emulator: signature version 2', () => {
  const host = 'johnsmith.oos-cn.ctyunapi.cn';
  const authorization = (signature: string): string => `AWS AKIAIOSFODNN7EXAMPLE:${signature}`;
  const cases = {
    'a GET': request('GET', '/photos/puppy.jpg', {
      host,
      date: 'Tue, 27 Mar 2007 19:36:42 +0000',
      authorization: authorization('xXjDGYUmKxnwqr5KXNPGldn5LbA='),
    }),
    'a PUT': request('PUT', '/photos/puppy.jpg', {
      host,
      date: 'Tue, 27 Mar 2007 21:15:45 +0000',
      'content-type': 'image/jpeg',
      authorization: authorization('hcicpDDvL9SsO6AkvxqmIWkmOuQ='),
    }),
    'a sub-resource': request('GET', '/?acl', {
      host,
      date: 'Tue, 27 Mar 2007 19:44:46 +0000',
      authorization: authorization('thdUi9VAkzhkniLj96JIrOPGi0g='),
    }),
  };
  for (const [what, signed] of Object.entries(cases)) {
    const now = (): number => Date.parse(signed.headers.get('date') ?? '');
    it(`takes the published signature of ${what}, and of nothing else`, () => {
      expect(codeOf(() => verifySigV2(signed, { ...SETTINGS, now }))).to.equal(undefined);
      const other = { ...signed, rawPath: `${signed.rawPath}x` };
      expect(codeOf(() => verifySigV2(other, { ...SETTINGS, now }))).to.equal('SignatureDoesNotMatch');
    });
  }

  it('refuses what is too old, and who is not known', () => {
    const old = { ...SETTINGS, now: () => Date.UTC(2007, 2, 27, 20, 0) };
    expect(codeOf(() => verifySigV2(cases['a GET'], old))).to.equal('RequestTimeTooSkewed');
    expect(codeOf(() => verifySigV2(cases['a GET'], { ...SETTINGS, credentials: [] }))).to.equal(
      'InvalidAccessKeyId',
    );
  });
});
