import type { StoreDriver } from '../driver.js';
import { StoreError } from '../errors.js';

/**
 * Holds a driver against its own capabilities, so that a claim without a method is found when the store is
 * opened and not in the middle of a run.
 *
 * @throws StoreError `Internal`
 */
export function checkDriver(driver: StoreDriver): void {
  const { capabilities } = driver;
  const claims: readonly [string, boolean, readonly (keyof StoreDriver)[]][] = [
    ['batchDelete', capabilities.batchDelete !== false, ['deleteBatch']],
    [
      'multipart',
      capabilities.multipart !== false,
      ['createUpload', 'uploadPart', 'uploadPartCopy', 'listPartsPage', 'completeUpload'],
    ],
    ['prefixDelete', capabilities.prefixDelete !== false, ['deletePrefixPage']],
    ['lifecycle', capabilities.lifecycle !== false, ['getLifecycle', 'putLifecycle']],
    ['tags', capabilities.tags, ['getTags', 'setTags']],
    ['restore', capabilities.restore, ['restore']],
    ['listUploads', capabilities.multipart !== false || capabilities.listUploads, ['abortUpload']],
    ['versions', capabilities.versions, ['listVersionsPage']],
    ['listUploads', capabilities.listUploads, ['listUploadsPage']],
    ['presign', capabilities.presign, ['presign']],
  ];
  for (const [capability, claimed, methods] of claims) {
    for (const method of methods) {
      if ((driver[method] !== undefined) === claimed) continue;
      throw new StoreError(
        'Internal',
        `the driver ${driver.provider} ${claimed ? 'claims' : 'denies'} the capability ${capability} ` +
          `but ${claimed ? 'lacks' : 'has'} ${method}()`,
        { provider: driver.provider },
      );
    }
  }
}
