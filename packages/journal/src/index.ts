export { journalFile, type JournalFileOptions } from './journal-file.js';
export { resumeDeletion, type ResumeOptions } from './resume.js';
export { readAccount, type RunAccount, type RunState } from './run-account.js';
export { keyOutcomes, type KeyOutcome } from './key-outcomes.js';
export type { JournalHeader } from './header.js';
export { applySet, type ApplyReport, type ApplySetOptions, type LeftEntry } from './apply-set.js';
export type { ApprovedEntry, SetEnd, SetHeader } from './approved-set.js';
export { writeSet, type WriteSetOptions } from './write-set.js';
