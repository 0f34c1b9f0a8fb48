import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { journalFile, type JournalFileOptions } from '@store/journal';
import { firstPrefix, type Prepare } from './contestant.js';
import { openS3 } from './ours.js';

/** `deletePrefix` with a journal on the disk of this machine. */
export function journaled(options: JournalFileOptions = {}): Prepare {
  return async (target) => {
    const store = await openS3(target);
    const directory = await mkdtemp(join(tmpdir(), 'bench-journal-'));
    const path = join(directory, 'run.jsonl');
    return async () => {
      const report = await store.deletePrefix(firstPrefix(target), { journal: journalFile(path, options) });
      await store.close();
      const { size } = await stat(path);
      await rm(directory, { recursive: true });
      if (!report.complete) throw new Error('the run is not complete');
      return { journalBytes: size };
    };
  };
}
