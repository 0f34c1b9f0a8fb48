import { createHmac } from 'node:crypto';
import { StoreError } from '@store/core';

interface UrlToSign {
  /** Of the object; its query is left out. */
  readonly url: string;
  readonly bucket: string;
  /** Sent with the request, and nothing else may be: without it, none. */
  readonly contentType: string | undefined;
  /** Seconds. */
  readonly expiresIn: number;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string | undefined;
  };
}

/**
 * A URL for PUT by signature version 2, which says nothing about the body.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
 */
export function signUrlV2({ url, bucket, contentType = '', expiresIn, credentials }: UrlToSign): string {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  if (sessionToken !== undefined) {
    throw new StoreError('Unsupported', 'uploads cannot be presigned here with temporary credentials', {
      provider: 's3',
    });
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
