import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createObjectStore, openDriver, openStore, type ObjectStore, type StoreDriver } from '@store/core';
import { fs } from '@store/fs';
import { startGateway } from '@store/gateway';
import { memoryDriver, MemoryObjects } from '@store/memory';
import { s3, type S3Config } from '@store/s3';
import { MAX_KEY_BYTES } from '../keys.js';
import { FsGround } from './fs-ground.js';
import { listInPages, MemoryGround } from './memory-ground.js';
import { OFTEN, RETRY, type Service, type Target } from './target.js';

const KEYS = { accessKeyId: 'GATEWAY', secretAccessKey: 'secret' };

/** A gateway to a driver, and an S3 store on it. */
async function serve(
  driver: StoreDriver,
  quirks: S3Config['quirks'],
): Promise<{ readonly store: ObjectStore; readonly close: () => Promise<void> }> {
  const gateway = await startGateway({
    minPartBytes: 0,
    stores: { demo: driver },
    credentials: [KEYS],
    retry: RETRY,
  });
  const store = await openStore(
    {
      provider: 's3',
      bucket: 'demo',
      endpoint: gateway.url,
      ...KEYS,
      retry: RETRY,
      quirks: { serverPrefixDelete: true, ...quirks },
    },
    { adapters: [s3], split: OFTEN },
  );
  return {
    store,
    async close() {
      await store.close();
      await gateway.close();
      await driver.close();
    },
  };
}

const shared = { maxKeyBytes: MAX_KEY_BYTES, troubles: false } as const;

export const gatewayTargets: readonly Target[] = [
  {
    ...shared,
    name: 'the gateway over memory',
    versioned: true,
    tellsMarkers: true,
    async open(): Promise<Service> {
      const objects = new MemoryObjects({ versioning: 'enabled' });
      const { store, close } = await serve(memoryDriver({}, objects), { conditionalDelete: 'batch' });
      return {
        async area({ versioning, pageSize, throughStore }) {
          await new MemoryGround(objects).empty();
          objects.setVersioning(versioning);
          listInPages(objects, pageSize);
          const write = (key: string, body: Uint8Array): Promise<unknown> => store.put(key, body);
          return {
            store,
            ground: new MemoryGround(objects, throughStore ? write : undefined),
            trouble: () => undefined,
            close: async () => undefined,
          };
        },
        close,
      };
    },
  },
  {
    ...shared,
    name: 'the gateway over fs',
    versioned: false,
    tellsMarkers: false,
    async open(): Promise<Service> {
      const root = await mkdtemp(join(tmpdir(), 'store-property-gateway-'));
      const driver = openDriver({ provider: 'fs', root, create: true, fsync: false }, { adapters: [fs] });
      const local = createObjectStore(driver);
      const { store, close } = await serve(driver, { versions: false, tags: false, conditionalPut: false });
      return {
        async area({ throughStore }) {
          const writer = throughStore ? store : local;
          const ground = new FsGround(
            root,
            (key, body) => writer.put(key, body),
            (key) => writer.delete(key),
          );
          await ground.empty();
          return { store, ground, trouble: () => undefined, close: async () => undefined };
        },
        async close() {
          await close();
          await rm(root, { recursive: true, force: true });
        },
      };
    },
  },
];
