import { StoreError, type DeletionJournal, type JournalSession, type RunOutline } from '@store/core';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { systemReason } from '@store/driver/extend';
import { checkSameRun, headerOf } from './header.js';
import { JournalLock, realJournal } from './journal-lock.js';
import { JournalState } from './journal-state.js';
import { JournalWriter, syncDirectory } from './journal-writer.js';
import { checkOutsideStore } from './outside-store.js';
import { readJournal } from './read-journal.js';

export interface JournalFileOptions {
  /** Keep every key, version id and marker id, also of what is finished. Default false: the file stays small. */
  readonly audit?: boolean | undefined;
  /**
   * How the caller calls what the run deletes from, for people and for whoever goes on with it. Kept as it is: it must have no
   * secrets.
   */
  readonly address?: string | undefined;
  /** The absolute path of the configuration that `address` is a name in. */
  readonly config?: string | undefined;
  /** Bytes at which a journal without `audit` is made shorter. Default 32 MiB. */
  readonly shortenAt?: number | undefined;
}

/**
 * A journal in a file, for the option `journal` of `deletePrefix` and `deleteMany`. Each delete is on disk there before it is
 * sent. When the file is there already, the run that it is about goes on, if it is the same one.
 *
 * @param path of the file; its directory has to be there
 */
export function journalFile(path: string, options: JournalFileOptions = {}): DeletionJournal {
  const file = resolve(path);
  return { begin: async (run) => begin(await realJournal(file), run, options) };
}

async function begin(path: string, run: RunOutline, options: JournalFileOptions): Promise<JournalSession> {
  await checkOutsideStore({ place: run.place, prefix: run.prefix ?? undefined }, path, 'the journal');
  const lock = await JournalLock.acquire(path);
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'a+', 0o600);
    const before = (await file.stat()).size > 0 ? await readJournal(path) : undefined;
    if (before) checkSameRun(before.header, run, path);
    const { state, size } = before ?? (await create(file, run, options, path));
    if (before && before.torn > 0) await file.truncate(before.size);
    const soFar = before && state.soFar();
    const writer = new JournalWriter({ path, file, lock, state, soFar, size, long: options.shortenAt });
    if (before) writer.append({ type: 'session', at: new Date(run.startedAt).toISOString() });
    await writer.flush();
    return writer;
  } catch (error) {
    await file?.close();
    await lock.release();
    if (error instanceof StoreError) throw error;
    const reason = systemReason(error);
    throw new StoreError('InvalidArgument', `the journal ${path} cannot be used: ${reason}`, {
      cause: error,
    });
  }
}

async function create(
  file: FileHandle,
  run: RunOutline,
  { audit = false, address, config }: JournalFileOptions,
  path: string,
): Promise<{ readonly state: JournalState; readonly size: number }> {
  const header = headerOf(run, { audit, address, config });
  const line = Buffer.from(`${JSON.stringify(header)}\n`);
  // The beginning of one that a crash left.
  await file.truncate(0);
  await file.appendFile(line);
  await file.datasync();
  await syncDirectory(dirname(path));
  return { state: new JournalState(header), size: line.length };
}
