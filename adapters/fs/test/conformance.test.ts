import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeObjectStore } from '@store/conformance';
import { openStore } from '@store/core';
import { fs } from '@store/fs';
import { after } from 'mocha';

for (const fsync of [true, false]) {
  const root = await mkdtemp(join(tmpdir(), 'store-fs-'));
  after(() => rm(root, { recursive: true, force: true }));
  describeObjectStore(
    `fs, ${fsync ? 'with' : 'without'} fsync`,
    () => openStore({ provider: 'fs', root, fsync }, { adapters: [fs] }),
    {
      isolated: true,
      manyKeys: fsync ? 1200 : 2500,
    },
  );
}
