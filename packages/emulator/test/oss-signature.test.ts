import { startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { ossRequest, type OssAnswer } from './oss-request.js';

/** By the provider's documentation and its SDKs for Go and Java. */
const SIGNED = [
  'acl append asyncFetch bucketInfo callback callback-var cloudboxes cname comp continuation-token cors delete',
  'encryption endTime img inventory inventoryId lifecycle live location logging metaQuery objectMeta partNumber policy',
  'position qos qosInfo referer regionList replication replicationLocation replicationProgress requestPayment',
  'resourceGroup response-cache-control response-content-disposition response-content-encoding',
  'response-content-language response-content-type response-expires responseHeader restore rtc security-token',
  'sequential startTime stat status style styleName symlink tagging transferAcceleration udf udfApplication',
  'udfApplicationLog udfId udfImage udfImageDesc udfName uploadId uploads versionId versioning versions vod website',
  'withHashContext worm wormExtend wormId x-oss-ac-forward-allow x-oss-ac-source-ip x-oss-ac-subnet-mask',
  'x-oss-ac-vpc-id x-oss-async-process x-oss-enable-md5 x-oss-enable-sha1 x-oss-enable-sha256 x-oss-hash-ctx',
  'x-oss-md5-ctx x-oss-process x-oss-request-payer x-oss-traffic-limit',
].flatMap((line) => line.split(' '));

const UNSIGNED =
  'prefix delimiter marker max-keys encoding-type key-marker version-id-marker list-type start-after'.split(
    ' ',
  );

describe('emulator: signature 1 of OSS', () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator({ oss: {}, region: 'cn-beijing', buckets: ['demo'] });
  });
  after(() => emulator.close());

  const get = (resource: string, signed = resource): Promise<OssAnswer> =>
    ossRequest(emulator.endpoints.oss ?? '', 'GET', resource, '', signed);

  it('covers every sub-resource, with its value and without', async () => {
    const wrong: string[] = [];
    for (const name of SIGNED) {
      for (const parameter of [name, `${name}=1`]) {
        const signed = await get(`/demo/?${parameter}`);
        if (signed.code === 'SignatureDoesNotMatch')
          wrong.push(`${parameter} is not taken when it is signed`);
        const unsigned = await get(`/demo/?${parameter}`, '/demo/');
        // What the emulator has not, it says at once.
        if (!['SignatureDoesNotMatch', 'NotImplemented'].includes(unsigned.code ?? ''))
          wrong.push(`${parameter} is taken when it is not signed`);
      }
    }
    expect(wrong).to.deep.equal([]);
  });

  it('does not cover the other parameters', async () => {
    for (const name of UNSIGNED) {
      expect((await get(`/demo/?${name}=1`)).code, name).to.equal('SignatureDoesNotMatch');
      expect((await get(`/demo/?${name}=1`, '/demo/')).code, name).not.to.equal('SignatureDoesNotMatch');
    }
  });
});
