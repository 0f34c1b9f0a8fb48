import { StoreError, type UrlScheme, type UrlTarget } from '@store/core';

/**
 * `oss://bucket/key?region=oss-cn-beijing`: the key is everything up to `?region=` at the end, byte for byte.
 * Credentials come from `OSS_ACCESS_KEY_ID`, `OSS_ACCESS_KEY_SECRET` and `OSS_SESSION_TOKEN`, a region that is not
 * named from `OSS_REGION`: the variables of Alibaba Cloud's own tools.
 */
export const ossUrl: UrlScheme = {
  scheme: 'oss',
  parse(address: string): UrlTarget {
    const [, bucket, rest = ''] = /^oss:\/\/([^/?]+)(?:\/([^]*))?$/.exec(address) ?? [];
    const [, key = rest, named] = /^([^]*)\?region=([a-z0-9-]+)$/.exec(rest) ?? [];
    const { OSS_REGION, OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET, OSS_SESSION_TOKEN } = process.env;
    const region = named ?? OSS_REGION;
    const missing = { OSS_REGION: region, OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET };
    const unset = Object.entries(missing).flatMap(([name, value]) => (value ? [] : [name]));
    if (bucket === undefined || unset.length > 0) {
      const why =
        bucket === undefined
          ? 'it has to look like oss://bucket/key?region=oss-cn-beijing'
          : `${unset.join(', ')} is not set`;
      throw new StoreError(
        'InvalidArgument',
        `the address ${JSON.stringify(address)} cannot be used: ${why}`,
        {
          provider: 'oss',
        },
      );
    }
    return {
      config: {
        bucket,
        region,
        accessKeyId: OSS_ACCESS_KEY_ID,
        accessKeySecret: OSS_ACCESS_KEY_SECRET,
        ...(OSS_SESSION_TOKEN ? { stsToken: OSS_SESSION_TOKEN } : {}),
      },
      key,
    };
  },
};
