export { DeletionHandle, type Deletion, type DeletionEvent } from './deletion-handle.js';
export type * from './journal.js';
export { deleteManyOptions, deletePrefixOptions } from './options.js';
export type { CheckedDeletePrefixOptions, DeleteManyOptions, DeletePrefixOptions } from './options.js';
export { DeletionError } from './report.js';
export type {
  DeletionFailure,
  DeletionProgress,
  DeletionReport,
  DeletionStrategy,
  LeftOutReport,
  UploadsReport,
} from './report.js';
export type { DeleteMarkerSelection, VersionSelection } from './version-selection.js';
