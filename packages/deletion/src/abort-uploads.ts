import type { Purpose } from '@store/engine';
import { reasonText, throwIfAborted, toStoreError, type FailureReason, type UploadInfo } from '@store/driver';
import { uploadPages } from '@store/engine/pages';
import type { ObjectFilter } from './filter.js';
import type { UploadsReport } from './report.js';
import type { Run } from './run.js';

/** Uploads aborted at the same time. */
const AT_ONCE = 8;

/** Failures that the report names. */
const SAMPLE_SIZE = 20;

type Sample = UploadsReport['sample'][number];

/**
 * Aborts the incomplete uploads under a prefix, so that none is completed later and brings its object back.
 *
 * @param matches the run's filter; an upload is taken for an empty object, modified when it was begun
 * @throws StoreError when they cannot be listed, or the signal fires
 */
export async function abortUploads(run: Run, prefix: string, matches: ObjectFilter): Promise<UploadsReport> {
  const { engine, stop, options } = run;
  const facet = engine.driver.uploads;
  if (!facet) throw engine.unsupported('deletePrefix', 'listing incomplete uploads');
  // What has been sent is waited for.
  const purpose: Purpose = {
    operation: 'abortUpload',
    signal: stop,
    unbroken: true,
    slot: run.slot('delete'),
  };
  const sample: Sample[] = [];
  let listed = 0;
  let aborted = 0;
  let failed = 0;
  const fail = (
    { key, uploadId, unnameable }: Pick<Sample, 'key' | 'uploadId' | 'unnameable'>,
    reason: FailureReason,
  ): void => {
    failed++;
    if (sample.length >= SAMPLE_SIZE) return;
    const why = { code: reason.code, message: reasonText(reason) };
    sample.push({ key, uploadId, ...(unnameable ? { unnameable } : {}), ...why });
  };
  const abort = async ({ key, uploadId }: UploadInfo): Promise<void> => {
    try {
      await engine.request(purpose, (call) => facet.abort({ key, uploadId }, call));
      aborted++;
    } catch (error) {
      fail({ key, uploadId }, toStoreError(error));
    }
  };
  for await (const { uploads, unnameable = [] } of uploadPages(engine, prefix, run.listing('listUploads'))) {
    listed += unnameable.length;
    for (const { name, reason } of unnameable) {
      fail({ key: name, uploadId: '', unnameable: true }, reason);
    }
    const doomed: UploadInfo[] = [];
    for (const upload of uploads) {
      const verdict = matches({ key: upload.key, size: 0, lastModified: upload.initiated });
      if (verdict === false) continue;
      listed++;
      if (verdict === true) doomed.push(upload);
      else fail(upload, verdict);
    }
    if (options.dryRun) continue;
    for (let i = 0; i < doomed.length; i += AT_ONCE) {
      throwIfAborted(stop, 'abortUpload');
      await Promise.all(doomed.slice(i, i + AT_ONCE).map(abort));
    }
  }
  return { listed, aborted, failed, sample };
}
