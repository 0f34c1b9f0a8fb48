import { emulatedStores } from '@store/emulator/testing';
import { s3, s3Driver, type S3Config } from '@store/s3';

/** Emulated S3, for the top of a test file. */
export const useS3 = emulatedStores({
  adapter: s3,
  driver: s3Driver,
  emulator: { s3: {} },
  config: ({ endpoints, region, credential }): S3Config => {
    const address = { bucket: 'demo', endpoint: endpoints.s3, region };
    return { profile: 'generic', ...address, ...credential };
  },
});
