import { StoreError, type UrlScheme, type UrlTarget } from '@store/core';

/**
 * `s3://bucket/key`: the key is everything behind the bucket, byte for byte, as in the AWS CLI. Region,
 * endpoint and credentials come from the SDK's environment variables and files.
 */
export const s3Url: UrlScheme = {
  scheme: 's3',
  parse(address: string): UrlTarget {
    const [, bucket, key = ''] = /^s3:\/\/([^/]+)(?:\/([^]*))?$/.exec(address) ?? [];
    if (bucket === undefined) {
      throw new StoreError(
        'InvalidArgument',
        `the address ${JSON.stringify(address)} cannot be used: it has to look like s3://bucket/key`,
        { provider: 's3' },
      );
    }
    const endpoint = process.env['AWS_ENDPOINT_URL_S3'] || process.env['AWS_ENDPOINT_URL'];
    return { config: { bucket, ...(endpoint ? { endpoint } : {}) }, key };
  },
};
