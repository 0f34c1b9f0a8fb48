export { journalFile, type JournalFileOptions } from './journal-file.js';
export {
  EMPTY_TRASH,
  emptyTrash,
  listTrash,
  type EmptiedTrash,
  type EmptyTrashOptions,
  type TrashOptions,
} from './trash.js';
export { checkOutsideStore, type DeletedFrom } from './outside-store.js';
export { restoreTrash } from './undo-trash.js';
export { undoDeletion } from './undo.js';
export { UNDO_OPTIONS, type UndoOptions } from './undo-options.js';
export type { KeyLeft, UndoProgress, UndoReport } from './undo-report.js';
export { resumeDeletion, runOptions, type ResumeOptions } from './resume.js';
export { readAccount, type RunAccount, type RunState } from './run-account.js';
export { keyOutcomes, type KeyOutcome } from './key-outcomes.js';
export { headerOf, type JournalHeader } from './header.js';
export { JournalState, type OpenIntent } from './journal-state.js';
export type { SummaryRecord } from './records.js';
export {
  applySet,
  readSetHeader,
  type ApplyReport,
  type ApplySetOptions,
  type LeftEntry,
} from './apply-set.js';
export type { ApprovedEntry, SetEnd, SetHeader } from './approved-set.js';
export { writeSet, type WriteSetOptions } from './write-set.js';
