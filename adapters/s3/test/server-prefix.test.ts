import { numbered } from '@store/conformance';
import { DeletionError, type DeletionReport, type ObjectStore } from '@store/core';
import type { Emulator, S3Quirks } from '@store/emulator';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useS3 } from './harness.js';

const { emulate, storeOn } = useS3();

const BY_SERVER = { strategy: 'server-prefix' } as const;

async function start(service: S3Quirks = {}): Promise<{ emulator: Emulator; store: ObjectStore }> {
  const emulator = await emulate({ s3: { quirks: { serverPrefixDelete: true, ...service } } });
  return { emulator, store: await storeOn(emulator, { quirks: { serverPrefixDelete: true } }) };
}

async function brokenOff(run: Promise<DeletionReport>): Promise<DeletionError> {
  const error: unknown = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof DeletionError) return error;
  throw new Error(`the run was not broken off: ${String(error)}`);
}

describe('s3: the prefix-delete extension', () => {
  it('sends one request for 1000 keys, and lists nothing', async () => {
    const { emulator, store } = await start();
    await emulator.bucket('demo').seed([...numbered(2500), 'p', 'p0']);
    const report = await store.deletePrefix('p/', BY_SERVER);
    expect(report).to.include({ deleted: 2500, complete: true, strategy: 'server-prefix' });
    expect(emulator.log.entries.map(({ operation }) => operation)).to.deep.equal([
      'DeletePrefix',
      'DeletePrefix',
      'DeletePrefix',
    ]);
    expect(emulator.log.entries[0]).to.include({ method: 'POST', path: '/demo/', bytesIn: 0 });
    expect(await emulator.bucket('demo').keys()).to.deep.equal(['p', 'p0']);
  });

  it('reports keys that the service refuses, and tries again those that may pass', async () => {
    const { emulator, store } = await start();
    await emulator.bucket('demo').seed(numbered(2000));
    emulator.setFaults({
      faults: [{ operation: 'DeletePrefix', effect: { keyError: { code: 'InternalError' }, share: 0.02 } }],
      deny: [{ key: '7$' }],
    });
    const report = await store.deletePrefix('p/', BY_SERVER);
    expect(report).to.include({ listed: 2000, deleted: 1800, failed: 200, complete: false });
    expect(report.failures.byCode).to.deep.equal({ AccessDenied: 200 });
    expect(emulator.log.deleted).to.equal(1800);
    expect(await emulator.bucket('demo').keys()).to.have.length(200);
  });

  it('counts only what an answer names, when answers are lost', async () => {
    const { emulator, store } = await start();
    await emulator.bucket('demo').seed(numbered(2500));
    emulator.setFaults({ faults: [{ nth: 2, effect: { reset: 'after' } }] });
    const report = await store.deletePrefix('p/', { ...BY_SERVER, verify: true });
    expect(report).to.deep.include({
      deleted: 1500,
      failed: 0,
      complete: true,
      remaining: { count: 0, sample: [] },
    });
    expect(report.warnings.join()).to.contain('what it deleted by that request is not counted');
    expect(emulator.log.deleted).to.equal(2500);
  });

  it('slows down when it is asked to', async () => {
    const { emulator, store } = await start();
    await emulator.bucket('demo').seed(numbered(1000));
    emulator.setFaults({ faults: [{ times: 2, effect: { error: { code: 'SlowDown' } } }] });
    const report = await store.deletePrefix('p/', BY_SERVER);
    expect(report).to.include({ deleted: 1000, complete: true });
    expect(report.requests).to.include({ throttled: 2, retried: 2 });
  });

  it('says that a versioned bucket got delete markers', async () => {
    const { emulator, store } = await start();
    emulator.bucket('demo').versioning = 'enabled';
    await emulator.bucket('demo').seed(numbered(5));
    const report = await store.deletePrefix('p/', BY_SERVER);
    expect(report).to.include({ deleted: 5, deleteMarkersCreated: 5 });
  });

  it('counts nothing on a service that does not know it', async () => {
    const { emulator, store } = await start({ serverPrefixDelete: false });
    await emulator.bucket('demo').seed(numbered(5));
    const error = await brokenOff(store.deletePrefix('p/', BY_SERVER));
    expect(error.code).to.equal('Unsupported');
    expect(error.message).to.contain('set quirks.serverPrefixDelete to false');
    expect(error.report).to.include({ deleted: 0, complete: false });
    expect(await emulator.bucket('demo').keys()).to.have.length(5);
  });

  for (const [what, body] of Object.entries({
    'the answer of DeleteObjects': '<DeleteResult><Deleted><Key>p/00001</Key></Deleted></DeleteResult>',
    'an empty answer': '',
  })) {
    it(`counts nothing that is named by ${what}`, async () => {
      const { emulator, store } = await start();
      await emulator.bucket('demo').seed(numbered(5));
      emulator.setFaults({ faults: [{ effect: { answer: { status: 200, body } } }] });
      const error = await brokenOff(store.deletePrefix('p/', BY_SERVER));
      expect(error.code).to.equal('Unsupported');
      expect(error.report).to.include({ deleted: 0, listed: 0, complete: false });
    });
  }

  it('asks again when a page comes in the place of the answer, and says so when it stays', async () => {
    for (const [times, code] of [
      [2, undefined],
      [99, 'Corrupt'],
    ] as const) {
      const { emulator, store } = await start();
      await emulator.bucket('demo').seed(numbered(5));
      emulator.setFaults({
        faults: [{ times, effect: { answer: { status: 200, body: '<html>OK</html>' } } }],
      });
      const work = store.deletePrefix('p/', BY_SERVER);
      if (code === undefined) expect(await work).to.include({ deleted: 5, complete: true });
      else expect((await brokenOff(work)).code).to.equal(code);
    }
  });

  it('ends when the service deletes outside the prefix', async () => {
    const { emulator, store } = await start();
    const body =
      '<ListBucketResult><IsTruncated>true</IsTruncated><Contents><Key>q/1</Key></Contents></ListBucketResult>';
    emulator.setFaults({ faults: [{ effect: { answer: { status: 200, body } } }] });
    const error = await brokenOff(store.deletePrefix('p/', BY_SERVER));
    expect(error).to.include({ code: 'Corrupt' });
    expect(error.message).to.contain('"q/1"').and.contain('outside the prefix');
    expect(error.report).to.include({ deleted: 0 });
    expect(emulator.log.entries).to.have.length(1);
  });

  it('ends when the service says for ever that there is more', async () => {
    const { emulator, store } = await start();
    const body = '<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>';
    emulator.setFaults({ faults: [{ effect: { answer: { status: 200, body } } }] });
    expect((await brokenOff(store.deletePrefix('p/', BY_SERVER))).code).to.equal('Corrupt');
    expect(emulator.log.entries.length).to.be.below(20);
  });

  it('stops with its signal, after the request in flight', async () => {
    const { emulator, store } = await start();
    await emulator.bucket('demo').seed(numbered(5000));
    const controller = new AbortController();
    const report = await store.deletePrefix('p/', {
      ...BY_SERVER,
      signal: controller.signal,
      onProgress: ({ deleted }) => {
        if (deleted >= 1000) controller.abort();
      },
    });
    expect(report).to.include({ aborted: true, complete: false });
    expect(report.deleted).to.equal(emulator.log.deleted);
    expect(report.deleted).to.be.within(1000, 4000);
  });
});
