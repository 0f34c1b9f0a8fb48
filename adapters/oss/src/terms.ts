import type { OssConfig } from './config.js';

/** Listing and deleting are requests of the "Put" type, and so is each object that a rule expires (ExpireObject). */
const PUT_TYPE_PER_THOUSAND = 0.001;

const OSS = {
  rate: {
    // 10,000 where names are not in sequence; a listing is. What a batch counts as is not documented: one request, here.
    requestsPerSecond: 2000,
    scope: 'an account, keys in sequence',
    source: 'https://www.alibabacloud.com/help/en/oss/user-guide/0004-00000302',
    date: '2026-03-20',
    unconfirmed: 'what a batch of keys counts as',
  },
  minimumDurations: {
    days: { IA: 30, Archive: 60, ColdArchive: 180, DeepColdArchive: 180 },
    source: 'https://www.alibabacloud.com/help/en/oss/how-can-i-avoid-the-cost-of-insufficient-storage',
    date: '2025-12-12',
  },
};

const MAINLAND = {
  region: 'the Chinese mainland',
  currency: 'CNY',
  list: PUT_TYPE_PER_THOUSAND,
  delete: PUT_TYPE_PER_THOUSAND,
  write: PUT_TYPE_PER_THOUSAND,
  expire: PUT_TYPE_PER_THOUSAND,
  // Which requests are billed as what; for rules: https://help.aliyun.com/en/oss/user-guide/fees-related-to-lifecycle-rules.
  source: 'https://help.aliyun.com/en/oss/api-operation-calling-fees',
  date: '2026-03-25',
  unconfirmed: 'the price of a request is second-hand; objects that are not of the standard class cost more',
};

export function ossTerms({ region }: OssConfig) {
  const mainland = region.startsWith('oss-cn-') && region !== 'oss-cn-hongkong';
  return { ...OSS, prices: mainland ? MAINLAND : undefined };
}
