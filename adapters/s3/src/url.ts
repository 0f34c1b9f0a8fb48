import { addressScheme } from '@store/kit';

/**
 * `s3://bucket/key`: the key is everything behind the bucket, byte for byte, as in the AWS CLI. Region,
 * endpoint and credentials come from the SDK's environment variables and files.
 */
export const s3Url = addressScheme({
  scheme: 's3',
  example: 's3://bucket/key',
  optional: { endpoint: ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'] },
});
