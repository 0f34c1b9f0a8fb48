import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AWKWARD_KEYS, describeObjectStore, describeStoreDriver } from '@store/conformance';
import { createObjectStore, openDriver, openStore } from '@store/core';
import { files, filesDriver } from '@store/files';
import { after } from 'mocha';

const NO_NAMES = AWKWARD_KEYS.filter((key) => /(?:^|\/)(?:\.{0,2})(?:\/|$)|\0/.test(key));
const refusedKeys = Object.fromEntries(NO_NAMES.map((key) => [key, 'no file can be named so']));

for (const fsync of [true, false]) {
  const root = await mkdtemp(join(tmpdir(), 'store-files-'));
  after(() => rm(root, { recursive: true, force: true }));
  const name = `files, ${fsync ? 'with' : 'without'} fsync`;
  const entry = { provider: 'files', root, fsync };
  describeStoreDriver(name, async () => openDriver(entry, { adapters: [files] }), { refusedKeys });
  describeObjectStore(name, () => openStore(entry, { adapters: [files] }), {
    isolated: true,
    manyKeys: fsync ? 1200 : 2500,
    refusedKeys,
  });
}

for (const [how, config, settings] of [
  ['by their paths', {}, { pinned: false, windowNames: 3 }],
  ['in threads', {}, { onTheSpot: false }],
  ['with symbolic links followed', { followSymlinks: true }, {}],
] as const) {
  const root = await mkdtemp(join(tmpdir(), 'store-files-'));
  after(() => rm(root, { recursive: true, force: true }));
  const driver = () => filesDriver(root, { fsync: false, ...config }, settings);
  describeStoreDriver(`files, ${how}`, async () => driver(), { refusedKeys });
  describeObjectStore(`files, ${how}`, async () => createObjectStore(driver()), {
    isolated: true,
    manyKeys: 600,
    refusedKeys,
  });
}
