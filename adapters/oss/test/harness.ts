import { emulatedStores } from '@store/emulator/testing';
import { oss, ossDriver, type OssConfig } from '@store/oss';

/** Emulated OSS, for the top of a test file. */
export const useOss = emulatedStores({
  adapter: oss,
  driver: ossDriver,
  emulator: { oss: {}, region: 'cn-beijing' },
  config: ({ endpoints, credential }): OssConfig => {
    const { accessKeyId, secretAccessKey: accessKeySecret } = credential;
    const endpoint = endpoints.oss?.replace('127.0.0.1', 'localhost');
    const address = { bucket: 'demo', region: 'oss-cn-beijing', pathStyle: true, endpoint };
    return { ...address, accessKeyId, accessKeySecret };
  },
});
