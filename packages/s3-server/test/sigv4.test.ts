import { expect } from 'chai';
import { describe, it } from 'mocha';
import { sha256, verifySigV4 } from '#src/auth/sigv4.js';
import type { Incoming } from '#src/http/incoming.js';
import { Query } from '#src/http/query.js';
import { ServiceError } from '#src/http/service-error.js';

// The worked examples of AWS's documentation, all of 24 May 2013 and with its published example credentials:
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
const SETTINGS = {
  credentials: [
    {
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    },
  ],
  region: 'us-east-1',
  service: 's3',
  now: () => Date.UTC(2013, 4, 24, 0, 0, 0),
};
const EMPTY = sha256('');
const HOST = 'examplebucket.s3.amazonaws.com';

function request(method: string, rawPath: string, query: string, headers: Record<string, string>): Incoming {
  return {
    method,
    rawPath,
    query: Query.parse(query),
    rawQuery: query,
    headers: new Map(Object.entries({ host: HOST, ...headers })),
    body: Buffer.alloc(0),
    receivedAt: 0,
  };
}

function signed(
  method: string,
  rawPath: string,
  query: string,
  headers: Record<string, string>,
  signature: string,
): Incoming {
  const names = ['host', ...Object.keys(headers)].sort().join(';');
  const authorization =
    `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,` +
    `SignedHeaders=${names},Signature=${signature}`;
  return request(method, rawPath, query, { ...headers, authorization });
}

const DATE = { 'x-amz-date': '20130524T000000Z' };

const EXAMPLES: Readonly<Record<string, Incoming>> = {
  'a GET with a range': signed(
    'GET',
    '/test.txt',
    '',
    { range: 'bytes=0-9', 'x-amz-content-sha256': EMPTY, ...DATE },
    'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  ),
  'a PUT of a key with a special character': signed(
    'PUT',
    '/test%24file.text',
    '',
    {
      date: 'Fri, 24 May 2013 00:00:00 GMT',
      'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
      ...DATE,
      'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    },
    '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  ),
  'a sub-resource': signed(
    'GET',
    '/',
    'lifecycle',
    { 'x-amz-content-sha256': EMPTY, ...DATE },
    'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  ),
  'a listing': signed(
    'GET',
    '/',
    'max-keys=2&prefix=J',
    { 'x-amz-content-sha256': EMPTY, ...DATE },
    '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  ),
  'a presigned URL': request(
    'GET',
    '/test.txt',
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
      '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
      '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    {},
  ),
};

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof ServiceError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('emulator: signature version 4', () => {
  for (const [what, example] of Object.entries(EXAMPLES)) {
    it(`verifies AWS's example of ${what}, and nothing that differs from it`, () => {
      expect(codeOf(() => verifySigV4(example, SETTINGS))).to.equal('accepted');
      expect(codeOf(() => verifySigV4({ ...example, method: 'DELETE' }, SETTINGS))).to.equal(
        'SignatureDoesNotMatch',
      );
      expect(codeOf(() => verifySigV4({ ...example, rawPath: '/other' }, SETTINGS))).to.equal(
        'SignatureDoesNotMatch',
      );
    });
  }

  it("signs chunks as AWS's example does", () => {
    const example = signed(
      'PUT',
      '/examplebucket/chunkObject.txt',
      '',
      {
        host: 's3.amazonaws.com',
        'content-encoding': 'aws-chunked',
        'content-length': '66824',
        'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        ...DATE,
        'x-amz-decoded-content-length': '66560',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      },
      '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    );
    // `signed` names the host twice, since it is among these headers.
    const headers = new Map(example.headers);
    headers.set('authorization', (headers.get('authorization') ?? '').replace('host;host', 'host'));
    const { signChunk, signature } = verifySigV4({ ...example, headers }, SETTINGS);
    const first = signChunk(signature, sha256(Buffer.alloc(65_536, 'a')), 'payload');
    expect(first).to.equal('ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648');
    const second = signChunk(first, sha256(Buffer.alloc(1024, 'a')), 'payload');
    expect(second).to.equal('0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497');
    const last = signChunk(second, sha256(Buffer.alloc(0)), 'payload');
    expect(last).to.equal('b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9');
  });

  it('refuses by the code that S3 uses', () => {
    const [get] = Object.values(EXAMPLES);
    const url = EXAMPLES['a presigned URL'];
    if (!get || !url) throw new Error('the examples are gone');
    const later = (ms: number) => ({ ...SETTINGS, now: () => SETTINGS.now() + ms });
    const hour = 3_600_000;
    expect(codeOf(() => verifySigV4(get, later(hour)))).to.equal('RequestTimeTooSkewed');
    expect(codeOf(() => verifySigV4(get, later(-hour)))).to.equal('RequestTimeTooSkewed');
    expect(codeOf(() => verifySigV4(get, later(14 * 60_000)))).to.equal('accepted');
    expect(codeOf(() => verifySigV4(url, later(23 * hour)))).to.equal('accepted');
    expect(codeOf(() => verifySigV4(url, later(25 * hour)))).to.equal('AccessDenied');
    expect(codeOf(() => verifySigV4(get, { ...SETTINGS, region: 'eu-west-1' }))).to.equal(
      'AuthorizationHeaderMalformed',
    );
    expect(codeOf(() => verifySigV4(get, { ...SETTINGS, credentials: [] }))).to.equal('InvalidAccessKeyId');
    const headers = new Map([...get.headers, ['x-amz-mfa', 'sneaked in']]);
    expect(codeOf(() => verifySigV4({ ...get, headers }, SETTINGS))).to.equal('AccessDenied');
    const unsigned = new Map([...get.headers].filter(([name]) => name !== 'authorization'));
    expect(codeOf(() => verifySigV4({ ...get, headers: unsigned }, SETTINGS))).to.equal('AccessDenied');
  });
});
