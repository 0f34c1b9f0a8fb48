import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDriver } from '@store/core';
import { fs } from '@store/fs';
import { after } from 'mocha';
import { describeGateway } from './describe-gateway.js';

const root = await mkdtemp(join(tmpdir(), 'store-gateway-test-'));
after(() => rm(root, { recursive: true, force: true }));
const driver = openDriver({ provider: 'fs', root, create: true, fsync: false }, { adapters: [fs] });
await describeGateway('a directory', driver, { versions: false, tags: false }, {});
