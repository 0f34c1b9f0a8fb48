import { createObjectStore } from '@store/core';
import { MemoryDriver } from '@store/memory';
import { MAX_KEY_BYTES } from '../keys.js';
import { listInPages, MemoryGround } from './memory-ground.js';
import { RETRY, type Target } from './target.js';

export const memoryTarget: Target = {
  name: 'memory',
  maxKeyBytes: MAX_KEY_BYTES,
  versioned: true,
  troubles: false,
  tellsMarkers: true,
  open: async () => ({
    async area({ versioning, pageSize }) {
      const driver = new MemoryDriver({ versioning });
      listInPages(driver, pageSize);
      return {
        store: createObjectStore(driver, { retry: RETRY }),
        ground: new MemoryGround(driver),
        trouble: () => undefined,
        close: () => driver.close(),
      };
    },
    close: async () => undefined,
  }),
};
