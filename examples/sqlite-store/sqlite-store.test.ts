import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeObjectStore, describeStoreDriver } from '@store/conformance';
import { openStore } from '@store/core';
import { after } from 'mocha';
import { sqliteDriver, sqliteStore } from './sqlite-store.js';

const directory = await mkdtemp(join(tmpdir(), 'sqlite-store-'));
after(() => rm(directory, { recursive: true, force: true }));
const file = join(directory, 'objects.db');

// First each facet of the driver by itself, then the store that the portable layer makes of it.
describeStoreDriver('sqlite', async () => sqliteDriver(file));
describeObjectStore('sqlite', () => openStore({ provider: 'sqlite', file }, { adapters: [sqliteStore] }), {
  isolated: true,
  manyKeys: 200,
});
