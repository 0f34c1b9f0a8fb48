import { wrongServices } from '@store/conformance';
import { s3, s3Driver, type S3Config } from '@store/s3';

/** S3 that answers wrongly, for the top of a test file. */
export const useWrongS3 = wrongServices({
  adapter: s3,
  driver: s3Driver,
  config: (port): S3Config => ({
    bucket: 'demo',
    profile: 'minio',
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    accessKeyId: 'AK',
    secretAccessKey: 'SK',
  }),
});

/** A document of S3, as the bytes that are given. */
export function document(root: string, inside: string | Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(
      `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`,
    ),
    Buffer.from(inside),
    Buffer.from(`</${root}>`),
  ]);
}

export const ENDED = '<IsTruncated>false</IsTruncated>';

/** The last page of a listing. */
export function listing(entries: string | Uint8Array, rest = ENDED): Buffer {
  return document('ListBucketResult', Buffer.concat([Buffer.from(rest), Buffer.from(entries)]));
}

export function contents(key: string, rest = '<Size>1</Size>'): string {
  return `<Contents><Key>${key}</Key>${rest}</Contents>`;
}
