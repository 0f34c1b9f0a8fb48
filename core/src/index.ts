export type {
  AdapterContext,
  AddressSettings,
  ConfigShape,
  DiagnoseContext,
  Finding,
  StoreAdapter,
  UrlScheme,
  UrlTarget,
} from './adapter.js';
export type { Capabilities } from './capabilities.js';
export { systemClock, type Clock } from './engine/clock.js';
export type { OpenOptions } from './config/open-options.js';
export { checkConfig, diagnoseStore, openDriver, openStore } from './config/open-store.js';
export type { ConfigFor, StoreConfig, StoreEntry } from './config/config-types.js';
export { withDeadline } from './deadline.js';
export type { DeleteManyOptions, DeletePrefixOptions } from './deletion/options.js';
export type { Deletion, DeletionEvent } from './deletion/deletion-handle.js';
export type * from './deletion/journal.js';
export { DeletionError } from './deletion/report.js';
export type {
  DeletionFailure,
  DeletionProgress,
  DeletionReport,
  DeletionStrategy,
  LeftOutReport,
  UploadsReport,
} from './deletion/report.js';
export type { DeleteMarkerSelection, VersionSelection } from './deletion/version-selection.js';
export type * from './driver.js';
export type * from './requests.js';
export { abortedError, restate, StoreError, throwIfAborted, toStoreError } from './errors.js';
export type { FailureReason, StoreErrorCode, StoreErrorDetails } from './errors.js';
export { httpStatusOf } from './http-status.js';
export { assertKey, assertPrefix, compareKeys, DEFAULT_MAX_KEY_BYTES, fitsXml, xmlBytes } from './keys.js';
export { quoteKey } from './quote-key.js';
export type * from './lifecycle/rules.js';
export { metadataOf } from './metadata-of.js';
export type * from './object-store.js';
export type * from './objects.js';
export type * from './upload-record.js';
export type { OnRetry, RetryEvent, RetrySettings } from './engine/retry.js';
export { encodedPieces } from './store/metadata.js';
export { createObjectStore, type ObjectStoreSettings } from './store/portable-store.js';
