import type { StoreAdapter } from '@store/core';
import { ctyunConfigSchema, type CtyunConfig } from './config.js';
import { ctyunDriver } from './driver.js';
import { ctyunUrl } from './url.js';

/** `provider: 'ctyun'`: CTYUN ZOS. (CTYUN's older product, OOS, is `provider: 's3'` with the profile `ctyun-oos`.) */
export const ctyun: StoreAdapter<'ctyun', CtyunConfig> = {
  provider: 'ctyun',
  schema: ctyunConfigSchema,
  secretKeys: ['accessKey', 'secretKey', 'dataPlane'],
  createDriver: ctyunDriver,
  url: ctyunUrl,
};
