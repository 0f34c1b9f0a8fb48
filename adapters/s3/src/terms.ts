import type { S3Config } from './config.js';
import { profileOf } from './profiles.js';

/** Of the standard storage class in us-east-1, the region that most others have the prices of, or slightly higher ones. */
const AWS = {
  prices: {
    region: 'us-east-1',
    currency: 'USD',
    list: 0.005,
    // DELETE requests are free, and so are expirations: https://aws.amazon.com/s3/faqs/.
    delete: 0,
    write: 0.005,
    expire: 0,
    source: 'https://aws.amazon.com/s3/pricing/',
    // The price list of AmazonS3 as the Price List API gave it then.
    date: '2025-10-28',
  },
  rate: {
    // "At least": more once S3 has split a busy partition, which takes 30 to 60 minutes. That each key of a batch counts is
    // the measurement of HADOOP-16823, not AWS's word.
    keysPerSecond: 3500,
    scope: 'one partition of the key space',
    source: 'https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html',
    date: '2026-11-21',
  },
  minimumDurations: {
    days: { STANDARD_IA: 30, ONEZONE_IA: 30, GLACIER_IR: 90, GLACIER: 90, DEEP_ARCHIVE: 180 },
    source: 'https://aws.amazon.com/s3/storage-classes/',
    date: '2026-11-21',
  },
};

/** What is published about AWS, where it is AWS: of other services with S3's API nothing is known. */
export function s3Terms(config: S3Config) {
  if (profileOf(config) !== 'aws') return undefined;
  // Regions in China have prices of their own, in another currency.
  return config.region?.startsWith('cn-') ? { ...AWS, prices: undefined } : AWS;
}
