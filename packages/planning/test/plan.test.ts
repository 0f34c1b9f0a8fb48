import { capabilitiesOf } from '@store/driver';
import { earlyDeletions, planDeletion, type PrefixEstimate } from '@store/planning';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { BARE } from '@store/conformance';

describe('planning a deletion', () => {
  const none = { objects: 0, bytes: 0 };
  const groups = { prefix: 'p/', direct: none, largest: [], others: { groups: 0, ...none } };
  const estimate: PrefixEstimate = {
    distribution: { sizes: [], ages: [], classes: [], groups },
    prefix: 'p/',
    objects: 1_000_000,
    bytes: 0,
    exact: false,
    listed: 0,
    requests: 20,
    pageMs: 50,
    requestMs: 20,
  };
  const capabilities = capabilitiesOf(BARE);
  const batchDelete = { maxKeys: 1000, keys: 'any' } as const;
  const lifecycle = { maxRules: 1000, overlap: true };

  it('reckons with the pages to be listed, the requests in flight and the rate', () => {
    const [batch, single, ...others] = planDeletion(estimate, { ...capabilities, batchDelete });
    expect(batch).to.deep.include({ strategy: 'batch', requests: 2000, atLeastMs: 3125, notes: [] });
    expect(batch).to.include({ atPublishedRateMs: undefined, cost: undefined });
    // A million requests of 20 ms and a thousand of 50 ms, 32 at once.
    expect(single).to.deep.include({ strategy: 'single', requests: 1_001_000, atLeastMs: 626_562.5 });
    expect(others).to.deep.equal([]);
    const [slow] = planDeletion(estimate, { ...capabilities, batchDelete }, { maxKeysPerSecond: 3500 });
    expect(slow?.atLeastMs).to.be.closeTo(285_714, 1);
    const [alone] = planDeletion(estimate, { ...capabilities, batchDelete }, { concurrency: 1 });
    expect(alone?.atLeastMs).to.equal(100_000);
  });

  it('reckons with what the provider publishes', () => {
    const published = { source: 'https://example.com/', date: '2026-01-02' };
    const prices = { ...published, region: 'r', currency: 'EUR', list: 5, delete: 1, write: 7, expire: 0.5 };
    const whole = { ...capabilities, batchDelete, lifecycle };
    const keys = { ...published, scope: 'all', keysPerSecond: 2000 };
    const [batch, single, rule] = planDeletion(estimate, whole, { terms: { prices, rate: keys } });
    // 1000 lists and 1000 batches, or a million single deletes; one write, and a million objects that expire.
    expect(batch?.cost).to.deep.equal({ amount: 6, currency: 'EUR' });
    expect(single?.cost?.amount).to.equal(1005);
    expect(rule?.cost?.amount).to.be.closeTo(500.007, 1e-9);
    expect(batch?.atPublishedRateMs).to.equal(500_000);
    expect(single?.atPublishedRateMs).to.equal(500_000);
    expect(rule?.atPublishedRateMs).to.equal(undefined);
    const requests = { ...published, scope: 'all', requestsPerSecond: 50 };
    const [byRequests] = planDeletion(estimate, whole, { terms: { rate: requests } });
    expect(byRequests).to.deep.include({ atPublishedRateMs: 20_000, cost: undefined });
  });

  it('knows which objects are paid for longer than they stay', () => {
    const bin = (from: number, below: number | undefined, objects: number) => ({
      from,
      below,
      objects,
      bytes: objects * 100,
    });
    const classes = [
      { storageClass: 'IA', objects: 35, bytes: 3500, ages: [bin(0, 1, 5), bin(1, 30, 10), bin(30, 60, 20)] },
      { storageClass: 'OLD', objects: 7, bytes: 700, ages: [bin(0, 90, 0), bin(90, undefined, 7)] },
      { storageClass: 'STANDARD', objects: 9, bytes: 900, ages: [bin(0, 1, 9)] },
    ];
    const minimumDurations = {
      days: { IA: 30, OLD: 90 },
      source: 'https://example.com/',
      date: '2026-01-02',
    };
    const distribution = { ...estimate.distribution, classes };
    expect(earlyDeletions({ ...estimate, distribution }, { minimumDurations })).to.deep.equal([
      { storageClass: 'IA', objects: 15, bytes: 1500, minimumDays: 30 },
    ]);
    expect(earlyDeletions({ ...estimate, distribution }, {})).to.deep.equal([]);
  });

  it('has the strategies that the store has, and says what they cannot do', () => {
    const whole = { ...capabilities, batchDelete, prefixDelete: { maxKeys: 1000 }, lifecycle, tags: true };
    const plans = planDeletion(estimate, whole, { jobs: true });
    expect(plans.map(({ strategy }) => strategy)).to.deep.equal([
      'batch',
      'single',
      'server-prefix',
      'lifecycle',
      'tag-job',
    ]);
    expect(plans[3]?.requests).to.equal(3);
    expect(plans[3]?.atLeastMs).to.equal(undefined);
    expect(plans[3]?.notes.join()).to.contain('what is written later as well');
    expect(planDeletion(estimate, whole).map(({ strategy }) => strategy)).not.to.contain('tag-job');
    const without = planDeletion(estimate, { ...capabilities, lifecycle }, { jobs: true });
    expect(without.map(({ strategy }) => strategy)).to.deep.equal(['single', 'lifecycle']);
    expect(without[0]?.notes.join()).to.contain('there is no batch delete');
  });
});
