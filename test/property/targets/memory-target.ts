import { createObjectStore } from '@store/core';
import { memoryDriver, MemoryObjects } from '@store/memory';
import { MAX_KEY_BYTES } from '../keys.js';
import { listInPages, MemoryGround } from './memory-ground.js';
import { OFTEN, RETRY, type Target } from './target.js';

export const memoryTarget: Target = {
  name: 'memory',
  maxKeyBytes: MAX_KEY_BYTES,
  versioned: true,
  troubles: false,
  tellsMarkers: true,
  open: async () => ({
    async area({ versioning, pageSize }) {
      const objects = new MemoryObjects({ versioning });
      listInPages(objects, pageSize);
      return {
        store: createObjectStore(memoryDriver({}, objects), { retry: RETRY, split: OFTEN }),
        ground: new MemoryGround(objects),
        trouble: () => undefined,
        close: async () => undefined,
      };
    },
    close: async () => undefined,
  }),
};
