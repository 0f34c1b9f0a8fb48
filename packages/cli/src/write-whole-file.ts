import { rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { systemReason } from '@store/driver/extend';
import { UsageError } from './exit-codes.js';
import { fileTarget, openPlainly } from './file-target.js';

/**
 * Writes a text to a file that the user has named, and replaces what is there when it is whole; pipes and devices are written as
 * they are.
 *
 * @throws UsageError when it cannot be written
 */
export async function writeWholeFile(
  path: string,
  text: string,
  how: { readonly signal: AbortSignal; readonly onWait: (text: string) => void },
): Promise<void> {
  try {
    const target = await fileTarget(path);
    if ('writeTo' in target) return await pipeline([text], await openPlainly(target, how), how);
    const { replace } = target;
    const aside = join(dirname(replace), `.${basename(replace)}.${process.pid}.part`);
    try {
      await writeFile(aside, text, { flag: 'wx' });
      await rename(aside, replace);
    } finally {
      await rm(aside, { force: true });
    }
  } catch (error) {
    if (how.signal.aborted) throw error;
    const reason = systemReason(error);
    throw new UsageError(`${path} cannot be written: ${reason}`);
  }
}
