import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemReason } from '@store/driver/extend';
import type { DeletionJournal, JournalSession } from '@store/core';
import { errorCode } from '../system-error.js';

/**
 * A journal that nobody asked for: where it cannot be written, the run goes on without it, and says so once. A journal that ends
 * early is the beginning of the truth: whoever goes on with it lists more than they would have to.
 */
export function orNone(
  journal: DeletionJournal,
  path: string,
  onNone: (reason: string) => void,
): DeletionJournal {
  return {
    async begin(run) {
      let session: JournalSession;
      try {
        await makeDirectory(dirname(path));
        session = await journal.begin(run);
      } catch (error) {
        onNone(systemReason(error));
        return { append: () => undefined, flush: () => Promise.resolve(), close: () => Promise.resolve() };
      }
      let lost = false;
      const quietly = async (work: Promise<void>): Promise<void> => {
        try {
          await work;
        } catch (error) {
          if (!lost) onNone(systemReason(error));
          lost = true;
        }
      };
      return {
        soFar: session.soFar,
        append: (record) => {
          if (!lost) session.append(record);
        },
        flush: () => (lost ? Promise.resolve() : quietly(session.flush())),
        close: () => quietly(session.close()),
      };
    },
  };
}

/** For the user alone. The system's own way to make those above it too does not end in a directory that takes none (`/proc`). */
async function makeDirectory(path: string): Promise<void> {
  if (await isMade(path)) return;
  if (dirname(path) !== path) await makeDirectory(dirname(path));
  if (!(await isMade(path))) throw new Error(`${path} cannot be made`);
}

/** Makes a directory that may be there already, perhaps since a moment ago; false where there is none to make it in. */
async function isMade(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'EEXIST') return true;
    if (code === 'ENOENT') return false;
    throw error;
  }
}
