import { randomBytes } from 'node:crypto';

export const JOURNAL_EXTENSION = '.jsonl';

/** `20261128T041501Z-ab12cd`: when it began, in UTC, and something that no other one has. In the order of time. */
export function newRunId(now = new Date()): string {
  const time = now
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replace(/[-:]/g, '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}
