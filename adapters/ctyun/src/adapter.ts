import type { StoreAdapter } from '@store/driver';
import { addressScheme, textParameter, wordParameter } from '@store/kit';
import { ctyunConfigSchema, type CtyunConfig } from './config.js';
import { ctyunDriver } from './driver.js';

/** `provider: 'ctyun'`: CTYUN ZOS. (CTYUN's older product, OOS, is `provider: 's3'` with the profile `ctyun-oos`.) */
export const ctyun: StoreAdapter<'ctyun', CtyunConfig> = {
  provider: 'ctyun',
  schema: ctyunConfigSchema,
  secretKeys: ['accessKey', 'secretKey', 'dataPlane'],
  createDriver: ctyunDriver,
  /**
   * `ctyun://bucket/key?regionId=…`: the key is everything up to the parameters at the end, byte for byte. Keys come from
   * `CTYUN_AK` and `CTYUN_SK`, a region that is not named from `CTYUN_REGION_ID`: the variables of CTYUN's own Terraform
   * provider. The data plane is found by itself.
   */
  url: addressScheme({
    scheme: 'ctyun',
    example: 'ctyun://bucket/key?regionId=…',
    parameters: {
      regionId: wordParameter('region', {
        needed: true,
        variables: ['CTYUN_REGION_ID'],
        sets: (regionId) => ({ regionId }),
      }),
      endpoint: textParameter('endpoint', { sets: (endpoint) => ({ endpoint }) }),
    },
    credentials: [{ needed: { accessKey: 'CTYUN_AK', secretKey: 'CTYUN_SK' } }],
    fixed: { dataPlane: 'auto' },
  }),
};
