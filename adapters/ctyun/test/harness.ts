import { ctyun, ctyunDriver, type CtyunConfig } from '@store/ctyun';
import { emulatedStores } from '@store/emulator/testing';

/** Emulated ZOS, for the top of a test file. */
export const useZos = emulatedStores({
  adapter: ctyun,
  driver: ctyunDriver,
  emulator: { zos: {}, zosS3: {} },
  config: ({ endpoints: { zos: endpoint }, regionId, credential }): CtyunConfig => {
    const { accessKeyId: accessKey, secretAccessKey: secretKey } = credential;
    return { bucket: 'demo', regionId, accessKey, secretKey, endpoint, dataPlane: 'auto' };
  },
});
