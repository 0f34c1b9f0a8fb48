import type { Dialect } from '@store/kit';
import { keyFailure } from './errors.js';

/** The protocol as AWS documents it: https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations.html */
export const DIALECT: Dialect = {
  own: 'x-amz-',
  plusIsSpace: true,
  attributes: ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"',
  kms: { type: 'aws:kms', keyHeader: 'x-amz-server-side-encryption-aws-kms-key-id' },
  tierIn: 'GlacierJobParameters',
  conditions: ({ ifAbsent, ifMatch }) => ({
    'if-none-match': ifAbsent ? '*' : undefined,
    'if-match': ifMatch,
  }),
  copySource: (bucket, key) => encodeURIComponent(`${bucket}/${key}`).replaceAll('%2F', '/'),
  keyFailure,
};
