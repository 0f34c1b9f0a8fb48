import { memory } from '@store/memory';
import { storeTerms } from '@store/planning';
import { s3 } from '@store/s3';
import { expect } from 'chai';
import { describe, it } from 'mocha';

describe('what is published about S3', () => {
  it('is about AWS, and not about services that speak its API', () => {
    expect(s3.terms({ bucket: 'bucket' })?.prices).to.include({ currency: 'USD', list: 0.005, delete: 0 });
    expect(s3.terms({ bucket: 'b', endpoint: 'https://s3.example.com' })).to.equal(undefined);
    expect(s3.terms({ bucket: 'b', profile: 'ceph' })).to.equal(undefined);
    const aws = { profile: 'aws', endpoint: 'https://vpce-1.s3.us-east-1.vpce.amazonaws.com' } as const;
    expect(s3.terms({ bucket: 'b', ...aws })?.rate?.keysPerSecond).to.equal(3500);
  });

  it('is what plans read, by the configuration', () => {
    const stores = { aws: { provider: 's3', bucket: 'bucket' }, here: { provider: 'memory' } } as const;
    const adapters = [s3, memory];
    expect(storeTerms({ stores }, { adapters, name: 'aws' })).to.deep.equal(s3.terms({ bucket: 'bucket' }));
    expect(storeTerms({ stores }, { adapters, name: 'here' })).to.deep.equal({});
    expect(() => storeTerms({ stores }, { adapters, nam: 'aws' } as never)).to.throw(
      'nam: unknown option of storeTerms; did you mean "name"?',
    );
  });

  it('has no prices for regions in China, which have their own', () => {
    const terms = s3.terms({ bucket: 'b', region: 'cn-north-1' });
    expect(terms?.prices).to.equal(undefined);
    expect(terms?.minimumDurations?.days).to.include({ STANDARD_IA: 30, DEEP_ARCHIVE: 180 });
  });
});
