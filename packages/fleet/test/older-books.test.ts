// What a fleet finds that an earlier version has left where it meets.
import { deflateRawSync } from 'node:zlib';
import { PostgresServer } from '@store/conformance';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import pg from 'pg';
import { openPlace } from '#src/fleet-place.js';
import { unpackIntent } from '#src/kept-intent.js';
import { freshAccount } from '#src/rest.js';

describe('the books of an earlier version', function () {
  this.timeout(60_000);

  it('get the columns that their tables are without', async function () {
    if (!(await PostgresServer.isInstalled())) return this.skip();
    await using server = await PostgresServer.start();
    const before = openPlace({ url: server.url });
    await before.books.workers();
    await before.close();
    const client = new pg.Client(server.url);
    await client.connect();
    await client.query('ALTER TABLE store_fleet.run DROP COLUMN failed_before');
    await client.query('ALTER TABLE store_fleet.sharing DROP COLUMN holder');
    await client.query(`INSERT INTO store_fleet.sharing VALUES ('fleet', clock_timestamp())`);
    await client.end();

    const place = openPlace({ url: server.url, fleet: 'fleet' });
    try {
      const { books } = place;
      const row = { address: 'demo:p/', prefix: 'p/', provider: 's3', place: 'there' };
      await books.begin({ id: 'run', startedAt: 1, rows: [row], options: {}, keysPerJob: 10 });
      const id = { run: 'run', row: 0 };
      await books.beginPass(id, 0, { account: freshAccount([{ pass: 0 }]), intents: [] });
      expect(await books.look({ ...id, piece: 1 }, 1)).to.deep.equal({
        command: 'go',
        failed: 0,
        mayShare: true,
      });
    } finally {
      await place.close();
    }
  });

  it('tell what was about to be deleted', () => {
    const intent = { id: 3, pass: 0, keys: ['p/ü', 'p/\0'], sizes: [1, null] };
    expect(unpackIntent(deflateRawSync(JSON.stringify(intent)).toString('base64'))).to.deep.equal(intent);
  });
});
