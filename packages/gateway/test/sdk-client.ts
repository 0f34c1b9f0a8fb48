import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { KEYS } from './raw-client.js';

/** AWS's own client of a gateway, which asks once. */
export function sdkOf({ url }: { readonly url: string }, config: S3ClientConfig = {}): S3Client {
  return new S3Client({
    endpoint: url,
    region: 'us-east-1',
    // A copy: the SDK writes into it.
    credentials: { ...KEYS },
    forcePathStyle: true,
    maxAttempts: 1,
    ...config,
  });
}
