import { StoreError, type UrlScheme, type UrlTarget } from '@store/core';

/**
 * `ctyun://bucket/key?regionId=…`: the key is everything up to `?regionId=` at the end, byte for byte. Keys come from
 * `CTYUN_AK` and `CTYUN_SK`, a region that is not named from `CTYUN_REGION_ID`: the variables of CTYUN's own Terraform
 * provider. The data plane is found by itself.
 */
export const ctyunUrl: UrlScheme = {
  scheme: 'ctyun',
  parse(address: string): UrlTarget {
    const [, bucket, rest = ''] = /^ctyun:\/\/([^/?]+)(?:\/([^]*))?$/.exec(address) ?? [];
    const [, key = rest, named] = /^([^]*)\?regionId=([A-Za-z0-9-]+)$/.exec(rest) ?? [];
    const { CTYUN_AK, CTYUN_SK, CTYUN_REGION_ID } = process.env;
    const regionId = named ?? CTYUN_REGION_ID;
    const missing = { CTYUN_REGION_ID: regionId, CTYUN_AK, CTYUN_SK };
    const unset = Object.entries(missing).flatMap(([name, value]) => (value ? [] : [name]));
    if (bucket === undefined || unset.length > 0) {
      const why =
        bucket === undefined
          ? 'it has to look like ctyun://bucket/key?regionId=…'
          : `${unset.join(', ')} is not set`;
      throw new StoreError(
        'InvalidArgument',
        `the address ${JSON.stringify(address)} cannot be used: ${why}`,
        {
          provider: 'ctyun',
        },
      );
    }
    return { config: { bucket, regionId, accessKey: CTYUN_AK, secretKey: CTYUN_SK, dataPlane: 'auto' }, key };
  },
};
