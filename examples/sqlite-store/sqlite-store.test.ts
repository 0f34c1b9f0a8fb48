import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeObjectStore, describeStoreDriver } from '@store/conformance';
import { openStore } from '@store/core';
import { expect } from 'chai';
import { after, it } from 'mocha';
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

it('the worked example of an adapter is as short as docs/how-to-add.md says', async () => {
  const source = await readFile(new URL('../../sqlite-store/sqlite-store.ts', import.meta.url), 'utf8');
  expect(source.trimEnd().split('\n')).to.have.lengthOf.below(200);
});
