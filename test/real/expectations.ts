import type { Expectations } from '@store/conformance';
import type { S3Config } from '@store/s3';

/** What a server does differently from AWS, and how `@store/s3` is configured for it. */
export interface ServerExpectations {
  readonly config: Partial<S3Config>;
  /** Whether a versioned bucket is tested too. */
  readonly versions: boolean;
  /** Objects of the large deletion test; fewer where a server is slow. */
  readonly objects: number;
  /** What the suite is told; every difference with its reason. */
  readonly suite: Expectations;
  /** What `store doctor` finds there: every answer that is not the one of AWS. */
  readonly doctor: Readonly<Record<string, string>>;
}

/** What `store doctor` finds on a bucket of AWS without versioning, by the documentation. */
export const AWS_ANSWERS: Readonly<Record<string, string>> = {
  reachable: 'yes',
  credentials: 'good',
  clock: 'right',
  'path-style addresses': 'yes',
  'host-style addresses': 'not tried',
  addressing: 'path',
  versioning: 'off',
  'list version 2': 'yes',
  'list version 1': 'yes',
  listing: 'version 2',
  'byte order': 'yes',
  'start-after': 'yes',
  'encoding-type': 'yes',
  'batch delete': 'yes',
  'checksum header accepted': 'yes',
  'Content-MD5 accepted': 'yes',
  'Content-MD5 needed': 'no',
  'wrong digest noticed': 'yes',
  'quiet honoured': 'yes',
  'control characters in batches': 'refuse the batch',
  'batch limit': '1000 keys',
  'CRC trailers accepted': 'yes',
  'version listing': 'not tried',
  'If-None-Match on writes': 'yes',
  'If-Match on writes': 'yes',
  'conditional put': 'yes',
  'If-Match on deletes': 'yes',
  'ETags in batch deletes': 'yes',
  'conditional delete': 'batch',
  'missing key on delete': 'succeeds',
  'uploads listing': 'yes',
  'server-side prefix delete': 'no',
  'permissions missing': 'none',
  'rate limits seen': 'none',
};

export const EXPECTATIONS: Readonly<Record<string, ServerExpectations>> = {
  ceph: {
    config: { profile: 'ceph' },
    versions: true,
    objects: 20_000,
    suite: { refusedKeys: { 'null\u0000byte': 'it keeps keys as C strings and answers 400 to U+0000' } },
    doctor: {
      // Nor any digest: a damaged batch is carried out.
      'wrong digest noticed': 'no',
      'CRC trailers accepted': 'no',
      // It compares with the ETag without its quotes.
      'If-Match on writes': 'no',
      'conditional put': 'no',
      // Both are ignored: the object is deleted.
      'If-Match on deletes': 'no',
      'ETags in batch deletes': 'no',
      'conditional delete': 'no',
    },
  },
  swift: {
    config: { profile: 'swift' },
    versions: false,
    // It deletes about 200 objects a second.
    objects: 2_000,
    suite: {
      manyKeys: 1_200,
      refusedKeys: { 'null\u0000byte': 'a path with U+0000 is an InvalidURI to it' },
    },
    doctor: {
      'checksum header accepted': 'no',
      'Content-MD5 needed': 'yes',
      'CRC trailers accepted': 'no',
      // 501 NotImplemented.
      'If-None-Match on writes': 'no',
      'If-Match on writes': 'no',
      'conditional put': 'no',
      // A batch with ETags is MalformedXML to it.
      'ETags in batch deletes': 'no',
      'conditional delete': 'single',
    },
  },
};
