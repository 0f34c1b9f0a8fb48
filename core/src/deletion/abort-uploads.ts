import { throwIfAborted, toStoreError, type StoreErrorCode } from '../errors.js';
import type { PagesContext } from '../listing/pages.js';
import { uploadPages } from '../listing/upload-pages.js';
import type { ObjectInfo, UploadInfo } from '../objects.js';
import { retrying } from '../retry.js';
import type { Engine } from './engine.js';

/** Uploads aborted at the same time. */
const AT_ONCE = 8;

/** Failures that the report names. */
const SAMPLE_SIZE = 20;

/** What became of the incomplete multipart uploads under a prefix. */
export interface UploadsReport {
  readonly listed: number;
  readonly aborted: number;
  readonly failed: number;
  readonly sample: readonly {
    readonly key: string;
    readonly uploadId: string;
    readonly code: StoreErrorCode;
    readonly message: string;
  }[];
}

/**
 * Aborts the incomplete uploads under a prefix, so that none is completed later and brings its object back.
 *
 * @param matches the run's filter; an upload is taken for an empty object, modified when it was begun
 * @throws StoreError when they cannot be listed, or the signal fires
 */
export async function abortUploads(
  { driver, clock, retry }: Engine,
  prefix: string,
  matches: (object: ObjectInfo) => boolean,
  dryRun: boolean,
  context: PagesContext,
): Promise<UploadsReport> {
  const abortUpload = driver.abortUpload?.bind(driver);
  const sample: UploadsReport['sample'][number][] = [];
  let listed = 0;
  let aborted = 0;
  let failed = 0;
  const { signal } = context.call;
  const abort = async ({ key, uploadId }: UploadInfo): Promise<void> => {
    const attempt = { policy: retry, clock, operation: 'abortUpload', provider: driver.provider, signal };
    try {
      // Without the run's signal: what has been sent is waited for.
      await retrying(attempt, async () => abortUpload?.({ key, uploadId }, {}));
      aborted++;
    } catch (error) {
      const { code, message } = toStoreError(error);
      failed++;
      if (sample.length < SAMPLE_SIZE) sample.push({ key, uploadId, code, message });
    }
  };
  for await (const { uploads } of uploadPages(driver, prefix, context)) {
    const doomed = uploads.filter(({ key, initiated }) => matches({ key, size: 0, lastModified: initiated }));
    listed += doomed.length;
    if (dryRun) continue;
    for (let i = 0; i < doomed.length; i += AT_ONCE) {
      throwIfAborted(signal, 'abortUpload');
      await Promise.all(doomed.slice(i, i + AT_ONCE).map(abort));
    }
  }
  return { listed, aborted, failed, sample };
}
