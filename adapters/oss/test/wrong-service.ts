import { wrongServices } from '@store/conformance';
import { oss, ossDriver, type OssConfig } from '@store/oss';

/** OSS that answers wrongly, for the top of a test file. */
export const useWrongOss = wrongServices({
  adapter: oss,
  driver: ossDriver,
  config: (port): OssConfig => ({
    bucket: 'demo',
    region: 'oss-cn-beijing',
    pathStyle: true,
    endpoint: `http://localhost:${port}`,
    accessKeyId: 'AK',
    accessKeySecret: 'SK',
  }),
});

/** A page of ListObjectsV2, as the bytes that are given. */
export function listing(entries: string | Buffer, rest = '<IsTruncated>false</IsTruncated>'): Buffer {
  return Buffer.concat([
    Buffer.from('<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult>'),
    Buffer.from(entries),
    Buffer.from(`${rest}</ListBucketResult>`),
  ]);
}
