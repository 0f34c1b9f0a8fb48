import { numbered } from '@store/conformance';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useS3 } from './harness.js';

const { emulate, storeOn } = useS3();

const SIBLINGS = ['p', 'p-x/1', 'p0', 'pp/1', 'P/1'];

describe('s3: a run through a bad day', () => {
  for (const seed of [1, 2, 3]) {
    it(`deletes everything and nothing else, and its sums agree with the service's log (seed ${seed})`, async () => {
      const emulator = await emulate();
      await emulator.bucket('demo').seed([...numbered(10_000), ...SIBLINGS]);
      emulator.setFaults({
        seed,
        faults: [
          { probability: 0.03, effect: { error: { code: 'SlowDown' } } },
          { probability: 0.01, effect: { reset: 'before' } },
          { probability: 0.01, effect: { reset: 'after' } },
          { operation: 'DeleteObjects', effect: { keyError: { code: 'InternalError' }, share: 0.01 } },
        ],
      });
      const store = await storeOn(emulator);
      const report = await store.deletePrefix('p/', { verify: true });
      expect(report).to.deep.include({
        listed: 10_000,
        deleted: 10_000,
        failed: 0,
        complete: true,
        remaining: { count: 0, sample: [] },
      });
      expect(await emulator.bucket('demo').keys()).to.have.members(SIBLINGS);
      const { log } = emulator;
      const deletes = [...log.of('DeleteObjects'), ...log.of('DeleteObject')];
      expect(report.requests.delete).to.equal(deletes.length);
      expect(report.requests.list).to.equal(log.of('ListObjectsV2').length);
      // A refusal whose connection was reset has no status: nobody was told of it.
      expect(report.requests.throttled).to.equal(
        log.entries.filter(({ code, status }) => code === 'SlowDown' && status !== undefined).length,
      );
      // What was reset after the work was done is deleted once more.
      const twice = deletes
        .filter(({ fault }) => fault?.includes('reset'))
        .reduce((sum, { deleted = 0 }) => sum + deleted, 0);
      expect(log.deleted - twice).to.equal(10_000);
    });
  }

  it('reports denied keys with key and code, and deletes the others', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(numbered(3_000));
    emulator.setFaults({ deny: [{ key: '77$' }] });
    const failures: string[] = [];
    const store = await storeOn(emulator);
    const report = await store.deletePrefix('p/', {
      onFailure: ({ key, code }) => void failures.push(`${key} ${code}`),
    });
    const held = numbered(3_000).filter((key) => key.endsWith('77'));
    expect(report).to.include({ deleted: 3_000 - held.length, failed: held.length, complete: false });
    expect(failures).to.have.members(held.map((key) => `${key} AccessDenied`));
    expect(await emulator.bucket('demo').keys()).to.deep.equal(held);
  });

  it('deletes what governance holds only when it is told to bypass it', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(numbered(10));
    emulator.setFaults({ deny: [{ key: '3$', unlessBypassed: true }] });
    const store = await storeOn(emulator);
    expect(await store.deletePrefix('p/')).to.include({ deleted: 9, failed: 1 });
    expect(await store.deletePrefix('p/', { bypassGovernance: true })).to.include({
      deleted: 1,
      complete: true,
    });
  });

  for (const refuses of ['request', 'keys'] as const) {
    it(`gets through a rate limit that refuses ${refuses === 'keys' ? 'single keys' : 'whole requests'}`, async () => {
      const emulator = await emulate({ rate: { writesPerSecond: 3_000, burst: 500, refuses } });
      await emulator.bucket('demo').seed(numbered(4_000));
      const store = await storeOn(emulator, {}, { baseDelayMs: 20, maxDelayMs: 200 });
      const report = await store.deletePrefix('p/');
      expect(report).to.include({ deleted: 4_000, complete: true });
      expect(report.requests.throttled).to.be.above(0);
    });
  }

  for (const code of ['MissingArgument', 'InvalidRequest'] as const) {
    it(`finds out that a service wants Content-MD5 (${code}), goes on with it, and says what to write down`, async () => {
      const emulator = await emulate({ s3: { quirks: { requireContentMd5: code } } });
      await emulator.bucket('demo').seed(numbered(20_000));
      // Slow enough for the first batches to be on their way together.
      emulator.setFaults({ faults: [{ operation: 'DeleteObjects', times: 16, effect: { delayMs: 500 } }] });
      const report = await (await storeOn(emulator)).deletePrefix('p/');
      expect(report).to.include({ deleted: 20_000, complete: true, strategy: 'batch' });
      expect(report.warnings).to.have.length(1);
      expect(report.warnings[0]).to.match(/Content-MD5.*quirks\.contentMd5/);
      // At most what was in flight when the first refusal came.
      expect(emulator.log.of('DeleteObjects').filter(({ status }) => status === 400).length).to.be.within(
        1,
        8,
      );
      emulator.log.clear();
      await emulator.bucket('demo').seed(numbered(2_000));
      const told = await (await storeOn(emulator, { profile: 'swift' })).deletePrefix('p/');
      expect(told).to.deep.include({ deleted: 2_000, complete: true, warnings: [] });
      expect(emulator.log.of('DeleteObjects').every(({ status }) => status === 200)).to.equal(true);
    });
  }

  it('goes on with single deletes where Content-MD5 does not help, and finishes', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(numbered(3_000));
    const error = { code: 'MissingArgument', message: 'Missing Some Required Arguments.', status: 400 };
    emulator.setFaults({ faults: [{ operation: 'DeleteObjects', effect: { error } }] });
    const report = await (await storeOn(emulator)).deletePrefix('p/');
    expect(report).to.include({ deleted: 3_000, complete: true, strategy: 'single' });
    expect(report.warnings.join('\n'))
      .to.match(/Content-MD5/)
      .and.match(/one request a key/);
  });

  it('sends no batch at all when that is switched off', async () => {
    const emulator = await emulate({ s3: { quirks: { requireContentMd5: 'MissingArgument' } } });
    await emulator.bucket('demo').seed(numbered(500));
    const report = await (
      await storeOn(emulator, { quirks: { disableBatchDelete: true } })
    ).deletePrefix('p/');
    expect(report).to.deep.include({ deleted: 500, complete: true, strategy: 'single', warnings: [] });
    expect(emulator.log.of('DeleteObjects')).to.deep.equal([]);
  });

  it('goes over to single deletes, with a warning, where there is no batch delete', async () => {
    const emulator = await emulate({ s3: { quirks: { noBatchDelete: true } } });
    await emulator.bucket('demo').seed(numbered(100));
    const report = await (await storeOn(emulator)).deletePrefix('p/');
    expect(report).to.include({ deleted: 100, complete: true, strategy: 'single' });
    expect(report.warnings[0]).to.match(/does not know batch deletes/);
  });
});
