import { oss } from '@store/oss';
import { storeTerms } from '@store/planning';
import { expect } from 'chai';
import { describe, it } from 'mocha';

describe('what is published about OSS', () => {
  const terms = (region: string) =>
    storeTerms(
      { provider: 'oss', bucket: 'bucket', region, accessKeyId: 'a', accessKeySecret: 's' },
      { adapters: [oss] },
    );

  it('has prices for the mainland alone, and says what is not confirmed', () => {
    const prices = terms('oss-cn-beijing').prices;
    expect(prices).to.include({ currency: 'CNY', list: 0.001, delete: 0.001, expire: 0.001 });
    expect(prices?.unconfirmed).to.contain('second-hand');
    expect(terms('oss-cn-hongkong').prices).to.equal(undefined);
    expect(terms('oss-eu-central-1').prices).to.equal(undefined);
    expect(terms('oss-eu-central-1').minimumDurations?.days).to.include({ IA: 30, Archive: 60 });
  });
});
