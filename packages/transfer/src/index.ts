export { ByteRate } from './byte-rate.js';
export { copyPrefix } from './copy-prefix.js';
export { copyKeys, moveKeys, type KeyPairs } from './keys.js';
export { movePrefix } from './move-prefix.js';
export { syncPrefix } from './sync-prefix.js';
export type {
  Comparison,
  CopyPrefixOptions,
  KeysOptions,
  MovePrefixOptions,
  SyncPrefixOptions,
  TransferOptions,
} from './options.js';
export type { Selection } from '@store/deletion/filters';
export type { Place } from './place.js';
export { TransferError } from './report.js';
export type {
  Transferred,
  TransferFailure,
  TransferOperation,
  TransferProgress,
  TransferReport,
} from './report.js';
