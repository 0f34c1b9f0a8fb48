import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '@store/core';
import { fs } from '@store/fs';
import { MAX_KEY_BYTES } from '../keys.js';
import { FsGround } from './fs-ground.js';
import { OFTEN, RETRY, type Target } from './target.js';

export const fsTarget: Target = {
  name: 'fs',
  maxKeyBytes: MAX_KEY_BYTES,
  versioned: false,
  troubles: false,
  tellsMarkers: false,
  async open() {
    const directory = await mkdtemp(join(tmpdir(), 'store-property-'));
    let areas = 0;
    return {
      async area() {
        const root = join(directory, String(areas++));
        const store = await openStore(
          { provider: 'fs', root, create: true, fsync: false, retry: RETRY },
          { adapters: [fs], split: OFTEN },
        );
        return {
          store,
          ground: new FsGround(
            root,
            (key, body) => store.put(key, body),
            (key) => store.delete(key),
          ),
          trouble: () => undefined,
          async close() {
            await store.close();
            await rm(root, { recursive: true, force: true });
          },
        };
      },
      close: () => rm(directory, { recursive: true, force: true }),
    };
  },
};
