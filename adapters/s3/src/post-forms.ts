import type { PostFormsFacet } from '@store/driver';
import type { Requests } from './requests.js';

/** What one request may bring: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MOST_BYTES = 5 * 1024 ** 3;

export function postFormsFacet(requests: Requests): PostFormsFacet {
  return {
    limits: true,
    sign: ({ key, expiresIn, contentType, minBytes, maxBytes }, call) =>
      requests.run('presignPost', key, call, async () => {
        // Loaded by who asks for it.
        const { createPresignedPost } = await import('@aws-sdk/s3-presigned-post');
        const limited = minBytes !== undefined || maxBytes !== undefined;
        const { url, fields } = await createPresignedPost(requests.client, {
          Bucket: requests.bucket,
          Key: key,
          Expires: expiresIn,
          ...(contentType !== undefined && { Fields: { 'Content-Type': contentType } }),
          ...(limited && {
            Conditions: [['content-length-range', minBytes ?? 0, maxBytes ?? MOST_BYTES]],
          }),
        });
        return { url, fields };
      }),
  };
}
