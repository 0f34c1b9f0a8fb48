export { journalFile, type JournalFileOptions } from './journal-file.js';
export { resumeDeletion, type ResumeOptions } from './resume.js';
