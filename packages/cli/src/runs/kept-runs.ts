import { open, readdir, stat, unlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorCode } from '../system-error.js';
import { JOURNAL_EXTENSION } from './run-id.js';

/** How long the journal of a run that is complete is kept, in milliseconds. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

/** What the last line of such a journal fits in, in bytes: its report names no failures. */
const LAST_LINE_BYTES = 64 * 1024;

/** The journals of a directory, the oldest run first. None where there is no directory. */
export async function journalsIn(directory: string): Promise<string[]> {
  try {
    const names = await readdir(directory);
    return names
      .filter((name) => name.endsWith(JOURNAL_EXTENSION))
      .sort()
      .map((name) => join(directory, name));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

export function runIdOf(path: string): string {
  return basename(path, JOURNAL_EXTENSION);
}

/** Removes the journals of runs that are complete, and have been for 30 days. What cannot be removed stays. */
export async function removeOldRuns(directory: string, now = Date.now()): Promise<void> {
  for (const path of await journalsIn(directory).catch(() => [])) {
    try {
      if (now - (await stat(path)).mtimeMs > KEPT_MS && (await endsComplete(path))) await unlink(path);
    } catch {
      // The next run tries again.
    }
  }
}

async function endsComplete(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - LAST_LINE_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    const last: unknown = JSON.parse(lines.at(-2) ?? '');
    if (typeof last !== 'object' || last === null || !('type' in last) || last.type !== 'end') return false;
    const report = 'report' in last ? last.report : undefined;
    return typeof report === 'object' && report !== null && 'complete' in report && report.complete === true;
  } finally {
    await file.close();
  }
}
