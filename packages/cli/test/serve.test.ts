import { once } from 'node:events';
import { openStore } from '@store/core';
import { s3 } from '@store/s3';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { finish, Place } from './run-store.js';

describe('store serve', () => {
  let place: Place;
  afterEach(() => place[Symbol.asyncDispose]());

  it('puts S3 with delete by prefix in front of a directory, until it is interrupted', async () => {
    place = await Place.create({
      stores: { uploads: { provider: 'fs', root: 'data', create: true, fsync: false } },
      gateway: { accessKeyId: 'AK', secretAccessKey: '${SECRET}' },
    });
    const child = place.start(['serve', 'uploads', '--port', '0', '--json-log'], { SECRET: 'very-secret' });
    const finished = finish(child);
    const [line] = (await once(child.stdout, 'data')) as [string];
    const [, endpoint] = /^uploads: (http:\/\/127\.0\.0\.1:\d+)$/m.exec(line) ?? [];
    const store = await openStore(
      {
        provider: 's3',
        bucket: 'uploads',
        endpoint,
        accessKeyId: 'AK',
        secretAccessKey: 'very-secret',
        quirks: { serverPrefixDelete: true },
      },
      { adapters: [s3] },
    );
    for (const key of ['logs/1', 'logs/a b', 'logs-old/1']) await store.put(key, key);
    expect(await store.deletePrefix('logs/', { strategy: 'server-prefix' })).to.include({
      deleted: 2,
      complete: true,
    });
    await store.close();
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    expect(code).to.equal(0);
    expect(stderr).to.contain('"operation":"DeletePrefix"').and.not.contain('very-secret');
    const left = await place.run(['ls', '-r', 'uploads:'], '', { SECRET: 'very-secret' });
    expect(left.stdout).to.contain('logs-old/1').and.not.contain('logs/1');
  });

  it('says what it needs', async () => {
    place = await Place.create({ stores: { uploads: { provider: 'memory' } } });
    const { code, stderr } = await place.run(['serve', 'uploads']);
    expect(code).to.equal(2);
    expect(stderr).to.match(/^store: .*config\.gateway is missing: clients need keys to sign with/);
    await place.configure({
      stores: { uploads: { provider: 'memory' } },
      gateway: { accessKeyId: 'AK', secretAccessKey: 'very-secret', regin: 'x' },
    });
    const misspelt = await place.run(['serve', 'uploads']);
    expect(misspelt.code).to.equal(2);
    expect(misspelt.stderr).to.contain('config.gateway.regin').and.not.contain('very-secret');
  });
}).timeout(30_000);
