import { Disk } from 'flydrive';
import { S3Driver } from 'flydrive/drivers/s3';
import { CREDENTIALS, firstPrefix, REGION, s3Endpoint, type Prepare } from './contestant.js';

/** `deleteAll`. */
export const prepare: Prepare = async (target) => {
  const disk = new Disk(
    new S3Driver({
      credentials: CREDENTIALS,
      endpoint: s3Endpoint(target),
      region: REGION,
      forcePathStyle: true,
      bucket: target.bucket,
      visibility: 'private',
      supportsACL: false,
    }),
  );
  return async () => {
    await disk.deleteAll(firstPrefix(target));
    return undefined;
  };
};
