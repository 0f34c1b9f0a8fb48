import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { StoreError, type StoreDriver } from '@store/core';
import { startGateway, type Gateway } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { askGateway, KEYS, type RawAnswer } from './raw-client.js';

describe('gateway, a part that is copied from an object whose connection breaks', () => {
  let root: string;
  let gateway: Gateway;
  let how: 'torn' | 'idle' | 'whole';
  let bodies: Readable[];
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'store-gateway-test-'));
    how = 'torn';
    bodies = [];
    const { multipart: _none, uploads: _neither, ...driver } = memoryDriver();
    const torn: StoreDriver = {
      ...driver,
      read: {
        ...driver.read,
        get: async (request, call) => {
          const found = await driver.read.get(request, call);
          if (how === 'whole') return found;
          found.body.destroy();
          const body = new Readable({ read: () => undefined });
          // Before the file that the part goes to is open.
          if (how === 'torn')
            queueMicrotask(() =>
              process.nextTick(() => body.destroy(new StoreError('Unavailable', 'reset'))),
            );
          bodies.push(body);
          return { info: found.info, body };
        },
      },
    };
    gateway = await startGateway({
      stores: { demo: torn },
      credentials: [KEYS],
      spoolDirectory: join(root, 'spool'),
    });
    await ask('PUT', '/demo/from', {}, 'content');
  });
  afterEach(async () => {
    await gateway.close();
    await rm(root, { recursive: true });
  });

  const ask = (
    method: string,
    path: string,
    query: Readonly<Record<string, string>>,
    body = '',
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RawAnswer> => askGateway(gateway, { method, path, query, headers }, body);

  it('is refused, and the gateway goes on', async () => {
    const { body } = await ask('POST', '/demo/k', { uploads: '' });
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(body)?.[1] ?? '';
    const copy = (): Promise<RawAnswer> =>
      ask('PUT', '/demo/k', { uploadId, partNumber: '1' }, '', {
        'x-amz-copy-source': '/demo/from',
        'x-amz-copy-source-range': 'bytes=0-6',
      });
    expect((await copy()).status).to.equal(503);
    expect(bodies.every(({ destroyed }) => destroyed)).to.equal(true);
    how = 'whole';
    expect((await copy()).status).to.equal(200);
  });

  it('is given up where the spool cannot be written', async () => {
    const { body } = await ask('POST', '/demo/k', { uploads: '' });
    const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(body)?.[1] ?? '';
    how = 'idle';
    for (const name of await readdir(join(root, 'spool'), { recursive: true, withFileTypes: true }))
      if (name.isDirectory() && name.parentPath !== join(root, 'spool'))
        await rm(join(name.parentPath, name.name), { recursive: true });
    const { status } = await ask('PUT', '/demo/k', { uploadId, partNumber: '1' }, '', {
      'x-amz-copy-source': '/demo/from',
      'x-amz-copy-source-range': 'bytes=0-6',
    });
    expect(status).to.equal(503);
    expect(bodies).to.have.length(1);
    expect(bodies.every(({ destroyed }) => destroyed)).to.equal(true);
  });
});
