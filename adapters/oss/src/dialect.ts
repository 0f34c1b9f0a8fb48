import type { Dialect } from '@store/kit';
import { keyFailure } from './errors.js';

/** What OSS calls otherwise than S3: https://www.alibabacloud.com/help/en/oss/developer-reference/list-of-operations-by-function */
export const DIALECT: Dialect = {
  own: 'x-oss-',
  // A space is `%20` in its answers (its SDKs' tests).
  plusIsSpace: false,
  attributes: '',
  // https://www.alibabacloud.com/help/en/oss/user-guide/server-side-encryption-8
  kms: { type: 'KMS', keyHeader: 'x-oss-server-side-encryption-key-id' },
  tierIn: 'JobParameters',
  conditions: ({ ifAbsent }) => ({ 'x-oss-forbid-overwrite': ifAbsent ? 'true' : undefined }),
  copySource: (bucket, key) => `/${bucket}/${encodeURIComponent(key)}`,
  keyFailure,
};
