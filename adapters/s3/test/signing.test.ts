import { S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Signing } from '#src/signing.js';

const CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const OPTIONS = {
  signingDate: new Date('2013-05-24T00:00:00Z'),
  signingRegion: 'us-east-1',
  signingService: 's3',
};
const HOST = { host: 'examplebucket.s3.amazonaws.com' };

const authorization = (signed: { readonly headers: Readonly<Record<string, string>> } | undefined): string =>
  signed?.headers['authorization'] ?? '';

describe('s3: signatures', () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
  it('are those of the examples in the documentation', () => {
    const signing = new Signing();
    const signatureOf = (request: object): string => {
      const asked = { method: 'GET', path: '/', headers: HOST, ...request };
      return authorization(signing.sign(asked, OPTIONS, CREDENTIALS)).replace(/^.*Signature=/, '');
    };
    expect(signatureOf({ path: '/test.txt', headers: { ...HOST, range: 'bytes=0-9' } })).to.equal(
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    );
    expect(signatureOf({ query: { lifecycle: '' } })).to.equal(
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    );
    expect(signatureOf({ query: { prefix: 'J', 'max-keys': '2' } })).to.equal(
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    );
  });

  it('are those of the SDK, of whatever it has signed here', async () => {
    const credentials = { ...CREDENTIALS, sessionToken: 'token/+=' };
    const client = new S3Client({ region: 'us-east-1', credentials });
    const sdk = await client.config.signer(undefined);
    const signing = new Signing();
    const hostname = HOST.host;
    const base = { protocol: 'https:', hostname, path: '/', method: 'PUT', query: {}, headers: HOST };
    const requests = [
      { ...base, body: Buffer.from('some bytes') },
      {
        ...base,
        body: 'text',
        path: '/a%20b/%C3%A9/%27%28%29%2A/../x',
        headers: { ...HOST, 'content-type': 'a/b' },
      },
      { ...base, query: { partNumber: '2', uploadId: 'a+b/c=~', x: 'é !' } },
      { ...base, query: { 'a-b': '1', 'a.b': '', a: 'x', aa: 'y' } },
      {
        ...base,
        headers: {
          ...HOST,
          'X-Amz-Meta-Two': '  some   words ',
          'user-agent': 'changes',
          'cache-control': 'no-cache',
          'if-match': '"e"',
          'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
          'x-amz-date': 'of before',
          'content-length': '3',
        },
        body: 'abc',
      },
    ];
    for (const options of [OPTIONS, { ...OPTIONS, signingDate: new Date('2013-05-25T01:02:03.456Z') }]) {
      for (const request of requests) {
        const theirs = await sdk.sign(request, options);
        const ours = signing.sign(request, options, credentials);
        expect(authorization(ours), JSON.stringify(request)).to.equal(authorization(theirs));
        expect(ours?.headers['x-amz-security-token']).to.equal('token/+=');
      }
    }
  });

  it('are left to the SDK where something is unusual', () => {
    const signing = new Signing();
    const request = { method: 'GET', path: '/', headers: HOST };
    const sign = (more: object, options: object = {}): unknown =>
      signing.sign({ ...request, ...more }, { ...OPTIONS, ...options }, CREDENTIALS);
    expect(sign({})).to.be.an('object');
    expect(sign({ query: { twice: ['a', 'b'] } })).to.equal(undefined);
    expect(sign({ body: (async function* () {})() })).to.equal(undefined);
    expect(sign({}, { signingService: 's3express' })).to.equal(undefined);
    expect(sign({}, { signingRegion: '*' })).to.equal(undefined);
    expect(sign({}, { unsignableHeaders: new Set(['range']) })).to.equal(undefined);
  });
});
