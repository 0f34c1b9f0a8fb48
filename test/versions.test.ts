import { openStore, type DeletePrefixOptions } from '@store/core';
import { startEmulator, type Emulator } from '@store/emulator';
import { s3 } from '@store/s3';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';

const KEYS = 2_000;

/** The kinds of histories, oldest first: an object version, or a delete marker. */
const HISTORIES = ['OOO', 'OOOM', 'OMOO', 'OM'] as const;

/**
 * What has to be left of a history, reckoned here apart from the engine's passes: first the object versions go,
 * then markers, of which none that is the latest and hides an object.
 */
function expected(history: string, { versions = 'current', deleteMarkers }: DeletePrefixOptions): string {
  const markers = deleteMarkers ?? (versions === 'all' ? 'all' : 'keep');
  let left = history;
  if (versions === 'current' && history.endsWith('O')) left += 'M';
  if (versions === 'all') left = history.replaceAll('O', '');
  if (versions === 'noncurrent') left = history.slice(0, -1).replaceAll('O', '') + history.slice(-1);
  if (markers === 'keep') return left;
  if (!left.includes('O')) return '';
  return markers === 'all' ? left.slice(0, -1).replaceAll('M', '') + left.slice(-1) : left;
}

describe(`versions of ${KEYS} keys, on the emulator`, () => {
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await startEmulator({ s3: {}, buckets: [{ name: 'demo', versioning: 'enabled' }] });
    const { memory: objects } = emulator.bucket('demo');
    for (let i = 0; i < KEYS; i++) {
      for (const entry of HISTORIES[i % HISTORIES.length] ?? '') {
        const key = `p/${String(i).padStart(5, '0')}`;
        await (entry === 'O'
          ? objects.put({ key, body: Buffer.from('x') }, {})
          : objects.deleteOne({ key }, {}));
      }
    }
  });
  afterEach(() => emulator.close());

  /** The histories by key, oldest first. */
  async function histories(): Promise<string[]> {
    const found = new Map<string, string>();
    let token: string | undefined;
    do {
      const page = await emulator
        .bucket('demo')
        .memory.listVersions({ prefix: 'p/', maxKeys: 1000, token }, {});
      for (const { key, deleteMarker } of page.versions)
        found.set(key, (deleteMarker ? 'M' : 'O') + (found.get(key) ?? ''));
      token = page.nextToken;
    } while (token !== undefined);
    return Array.from({ length: KEYS }, (_, i) => found.get(`p/${String(i).padStart(5, '0')}`) ?? '');
  }

  for (const versions of ['current', 'noncurrent', 'all'] as const) {
    for (const deleteMarkers of ['keep', 'expired', 'all'] as const) {
      it(`leaves what the table says with versions ${versions}, deleteMarkers ${deleteMarkers}, on a bad day too`, async () => {
        emulator.setFaults({
          faults: [
            { probability: 0.02, effect: { error: { code: 'SlowDown' } } },
            { operation: 'DeleteObjects', effect: { keyError: { code: 'InternalError' }, share: 0.01 } },
          ],
        });
        const { endpoints, region, credential } = emulator;
        await using store = await openStore(
          {
            provider: 's3',
            bucket: 'demo',
            endpoint: endpoints.s3,
            region,
            ...credential,
            retry: { baseDelayMs: 1 },
          },
          { adapters: [s3] },
        );
        const report = await store.deletePrefix('p/', { versions, deleteMarkers });
        expect(report).to.include({ failed: 0, complete: true });
        const wanted = HISTORIES.map((history) => expected(history, { versions, deleteMarkers }));
        expect(await histories()).to.deep.equal(
          Array.from({ length: KEYS }, (_, i) => wanted[i % wanted.length]),
        );
      });
    }
  }

  it('never brings an object back when a version under its marker cannot be deleted', async () => {
    // Some versions are held; the markers, which come later, are not.
    const held = { keyError: { code: 'AccessDenied' }, share: 0.5 };
    emulator.setFaults({ faults: [{ operation: 'DeleteObjects', times: 3, effect: held }] });
    const { endpoints, region, credential } = emulator;
    await using store = await openStore(
      { provider: 's3', bucket: 'demo', endpoint: endpoints.s3, region, ...credential },
      { adapters: [s3] },
    );
    const before = await emulator.bucket('demo').keys('p/');
    const report = await store.deletePrefix('p/', { versions: 'all' });
    expect(report.complete).to.equal(false);
    const after = await emulator.bucket('demo').keys('p/');
    expect(after.filter((key) => !before.includes(key))).to.deep.equal([]);
  });
}).timeout(60_000);
