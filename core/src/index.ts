export type {
  AdapterContext,
  ConfigShape,
  DiagnoseContext,
  Finding,
  StoreAdapter,
  UrlScheme,
  UrlTarget,
} from './adapter.js';
export { capabilitiesOf, type Capabilities } from './capabilities.js';
export { systemClock, type Clock } from './engine/clock.js';
export { checkInput, suggest } from './options/check-input.js';
export { checkOptionNames } from './options/check-option-names.js';
export { checkConfig, diagnoseStore, openDriver, openStore } from './config/open-store.js';
export type { OpenOptions } from './config/open-options.js';
export type { ConfigFor, StoreConfig, StoreEntry } from './config/config-types.js';
export { checkShape, selectStore } from './config/store-config.js';
export { withDeadline } from './deadline.js';
export type { DeleteManyOptions, DeletePrefixOptions } from './deletion/options.js';
export { DeletionError } from './deletion/report.js';
export type {
  DeletionFailure,
  DeletionProgress,
  DeletionReport,
  DeletionStrategy,
  UploadsReport,
} from './deletion/report.js';
export type { DeleteMarkerSelection, VersionSelection } from './deletion/version-selection.js';
export type * from './driver.js';
export { abortedError, restate, StoreError, throwIfAborted, toStoreError } from './errors.js';
export type { FailureReason, StoreErrorCode, StoreErrorDetails } from './errors.js';
export {
  assertKey,
  assertPrefix,
  compareKeys,
  DEFAULT_MAX_KEY_BYTES,
  fitsXml,
  keyProblem,
  xmlBytes,
} from './keys.js';
export { quoteKey } from './quote-key.js';
export type * from './lifecycle/rules.js';
export type * from './object-store.js';
export type * from './objects.js';
export {
  backoffMs,
  DEFAULT_RETRY,
  retrying,
  retryPolicy,
  type OnRetry,
  type RetryContext,
  type RetryEvent,
  type RetryPolicy,
  type RetrySettings,
} from './engine/retry.js';
export { encodedPieces } from './store/metadata.js';
export { createObjectStore, type ObjectStoreSettings } from './store/portable-store.js';
