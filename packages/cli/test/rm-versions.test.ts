import { createObjectStore, type DeletePrefixOptions } from '@store/core';
import { startEmulator, type Emulator } from '@store/emulator';
import { memoryDriver, MemoryObjects } from '@store/memory';
import { expect } from 'chai';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { preview, previewText } from '#src/preview.js';
import { ossStore, s3Store } from './emulated-stores.js';
import { Place } from './run-store.js';

const HIDES =
  /the bucket is versioned: this only hides objects behind delete markers.*--versions all deletes/;

describe('store rm -r, in a versioned bucket', () => {
  let emulator: Emulator;
  let place: Place;
  beforeEach(async () => {
    emulator = await startEmulator({ s3: {}, oss: {}, region: 'cn-beijing', buckets: ['demo', 'plain'] });
    place = await Place.create({
      stores: {
        s3: s3Store(emulator, { region: 'cn-beijing' }),
        oss: ossStore(emulator),
        plain: s3Store(emulator, { bucket: 'plain', region: 'cn-beijing' }),
      },
    });
    // These are older than the versioning, and are hidden too.
    await emulator.bucket('demo').seed(['p/1', 'p/2']);
    emulator.bucket('demo').setVersioning('enabled');
    await emulator.bucket('plain').seed(['p/1', 'p/2']);
  });
  afterEach(async () => {
    await place[Symbol.asyncDispose]();
    await emulator.close();
  });

  for (const name of ['s3', 'oss']) {
    it(`says before it deletes that this only hides, and what deletes for good, on ${name}`, async () => {
      const dry = await place.output('rm', '-r', '--dry-run', `${name}:p/`);
      expect(dry).to.match(HIDES);
      const json = JSON.parse(await place.output('rm', '-r', '-n', '--json', `${name}:p/`)) as {
        readonly warnings: readonly string[];
        readonly matched: number;
      };
      expect(json.matched).to.equal(2);
      expect(json.warnings.join('\n')).to.match(HIDES);

      // Nothing was deleted by all that. Where nobody is asked, the report says it with the number.
      expect(await place.output('rm', '-r', '--yes', `${name}:p/`)).to.match(
        /^warning: the bucket is versioned: 2 deletes put a delete marker on top.*--versions all deletes them$/m,
      );
      expect(await emulator.bucket('demo').keys()).to.deep.equal([]);
    });
  }

  it('says nothing of it where deletes are for good', async () => {
    for (const args of [
      ['-n', 'plain:p/'],
      ['-n', '--versions', 'all', 's3:p/'],
      ['--yes', '--versions', 'all', 's3:p/'],
      ['--yes', 'plain:p/'],
    ]) {
      expect(await place.output('rm', '-r', ...args), args.join(' ')).not.to.match(/versioned/);
    }
    expect(await emulator.bucket('demo').listVersions({ prefix: '', maxKeys: 10 })).to.deep.include({
      versions: [],
    });
  });

  it('shows what it can where it may not look', async () => {
    const error = { code: 'AccessDenied', status: 403 };
    emulator.setFaults({ faults: [{ operation: 'HeadObject', effect: { error } }] });
    expect(await place.output('rm', '-r', '-n', 's3:p/')).to.contain('would delete 2 objects');
  });
}).timeout(120_000);

describe('what is asked before a run', () => {
  const KEYS = ['p/a', 'p/b', 'p/b/c', 'q'] as const;
  const step = fc.record({
    do: fc.constantFrom('put', 'delete', 'suspend', 'enable'),
    key: fc.constantFrom(...KEYS),
  });
  const options = fc.record<DeletePrefixOptions>(
    {
      versions: fc.constantFrom('current', 'noncurrent', 'all'),
      deleteMarkers: fc.constantFrom('keep', 'expired', 'all'),
      include: fc.constantFrom('a', '**', 'b*'),
      exclude: fc.constantFrom('a', 'b/**'),
      strategy: fc.constantFrom('batch', 'single'),
    },
    { requiredKeys: [] },
  );

  it('counts exactly what the run then deletes, whatever the history of versions', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), options, async (history, chosen) => {
        const objects = new MemoryObjects({ versioning: 'enabled' });
        for (const { do: what, key } of history) {
          if (what === 'put') await objects.put({ key, body: Buffer.from('x') }, {});
          else if (what === 'delete') await objects.deleteOne({ key }, {});
          else objects.setVersioning(what === 'suspend' ? 'suspended' : 'enabled');
        }
        // While it is suspended, a delete leaves a marker that may go in the same run; no listing shows that beforehand.
        if ((chosen.versions ?? 'current') === 'current') objects.setVersioning('enabled');
        await using store = createObjectStore(memoryDriver({}, objects));
        const target = { store, key: 'p/', address: 'demo:p/' };
        const found = await preview(target, chosen, Infinity);
        const text = previewText(target, found).join('\n');
        const { deleted, bytes, deleteMarkersCreated } = await store.deletePrefix('p/', chosen);
        expect(found).to.include({ matched: deleted, bytes, complete: true });
        if (deleteMarkersCreated > 0) expect(found.onlyHides).to.equal(true);
        if (chosen.versions === 'all') expect(found.onlyHides).to.equal(false);
        expect(text.includes('versioned')).to.equal(found.onlyHides && deleted > 0);
        const noun = found.versions ? 'versions and delete markers' : 'object';
        expect(text).to.match(deleted === 0 ? /^nothing under/ : new RegExp(`^${deleted} ${noun}`));
      }),
      { numRuns: 300 },
    );
  });

  it('says how much of it --max-delete lets go, and what goes beside objects', () => {
    const found = {
      matched: 12,
      stuck: 1,
      uploads: 3,
      leftOut: { FIFO: 1, 'symbolic link': 2 },
      bytes: 0,
      sample: ['p/1'],
      complete: true,
      versions: false,
      onlyHides: false,
    };
    const store = createObjectStore(memoryDriver());
    const text = previewText({ store, key: 'p/', address: 'demo:p/' }, found, 5).join('\n');
    expect(text)
      .to.contain('and 3 incomplete uploads')
      .and.contain('1 object more cannot be deleted')
      .and.contain('what is no file stays: 1 FIFO, 2 symbolic links')
      .and.contain('at most 5 of them');
    const none = { ...found, matched: 0, stuck: 0, sample: [] };
    expect(previewText({ store, key: 'p/', address: 'demo:p/' }, none).join('\n')).not.to.match(/^nothing/);
  });
}).timeout(60_000);
