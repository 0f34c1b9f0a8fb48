import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeObjectStore, describeStoreDriver } from '@store/conformance';
import { openDriver, openStore } from '@store/core';
import { fs } from '@store/fs';
import { after } from 'mocha';

for (const fsync of [true, false]) {
  const root = await mkdtemp(join(tmpdir(), 'store-fs-'));
  after(() => rm(root, { recursive: true, force: true }));
  const name = `fs, ${fsync ? 'with' : 'without'} fsync`;
  const entry = { provider: 'fs', root, fsync };
  describeStoreDriver(name, async () => openDriver(entry, { adapters: [fs] }));
  describeObjectStore(name, () => openStore(entry, { adapters: [fs] }), {
    isolated: true,
    manyKeys: fsync ? 1200 : 2500,
  });
}
