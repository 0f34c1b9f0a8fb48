import { createHmac } from 'node:crypto';
import type { S3Client } from '@aws-sdk/client-s3';
import { StoreError, type PresignRequest } from '@store/driver';

type Credentials = Awaited<ReturnType<S3Client['config']['credentials']>>;

/**
 * A URL for PUT by signature version 2, which says nothing about the body.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
 *
 * @param url of the object; its query is left out
 * @param request with a type, that one has to be sent; without, none may be
 */
export function signUrlV2(
  url: string,
  bucket: string,
  { contentType = '', expiresIn }: PresignRequest,
  { accessKeyId, secretAccessKey, sessionToken }: Credentials,
): string {
  if (sessionToken !== undefined) {
    const message = 'uploads cannot be presigned here with temporary credentials';
    throw new StoreError('Unsupported', message, { provider: 's3' });
  }
  // Not by `new URL`, which resolves the segments `.` and `..` of a path: that is another key.
  const [, scheme = '', host = '', path = ''] = /^(https?:\/\/)([^/]+)([^?]*)/.exec(url) ?? [];
  const resource = host.startsWith(`${bucket}.`) ? `/${bucket}${path}` : path;
  const expires = Math.floor(Date.now() / 1000) + expiresIn;
  const text = ['PUT', '', contentType, String(expires), resource].join('\n');
  const query = new URLSearchParams({
    AWSAccessKeyId: accessKeyId,
    Expires: String(expires),
    Signature: createHmac('sha1', secretAccessKey).update(text).digest('base64'),
  });
  return `${scheme}${host}${path}?${query.toString()}`;
}
