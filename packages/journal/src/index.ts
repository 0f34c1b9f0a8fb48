export { journalFile, type JournalFileOptions } from './journal-file.js';
export { resumeDeletion, type ResumeOptions } from './resume.js';
export { applySet, type ApplyReport, type ApplySetOptions, type LeftEntry } from './apply-set.js';
export type { ApprovedEntry, SetEnd, SetHeader } from './approved-set.js';
export { writeSet, type WriteSetOptions } from './write-set.js';
