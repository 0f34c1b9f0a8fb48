import { readFileSync, writeFileSync } from 'node:fs';
import { expectClosedBooks } from '@store/conformance';
import {
  createObjectStore,
  type DeletePrefixOptions,
  type DeletionJournal,
  type DeletionReport,
  type JournalSession,
  type StoreDriver,
} from '@store/core';
import { journalFile } from '@store/journal';
import { MortalDriver } from './mortal-driver.js';
import { torn } from './torn.js';

const FEW_RETRIES = { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1, patienceMs: 0 };

/** What a session works on, and when it is killed. */
export interface Mortality {
  readonly driver: StoreDriver;
  readonly journal: string;
  /** Where the journal is put as a kill leaves it. */
  readonly left: string;
  /** After so many it is killed; Infinity: never. */
  readonly requests: number;
  readonly random: () => number;
}

/** One session of a run over `p/`, listed by many ranges. @returns its report, or nothing when it was killed */
export async function mortalSession(
  { driver, journal: path, left, requests, random }: Mortality,
  options: DeletePrefixOptions,
): Promise<DeletionReport | undefined> {
  const kill = (): void => writeFileSync(left, torn(readFileSync(path), random));
  const mortal = new MortalDriver(driver, requests, random, kill);
  const open: JournalSession[] = [];
  const journal: DeletionJournal = {
    begin: async (run) => {
      const session = await journalFile(path, { audit: true }).begin(run);
      open.push(session);
      return session;
    },
  };
  const run = createObjectStore(mortal.driver, {
    retry: FEW_RETRIES,
    split: { serialPages: 1, pagesLeft: 1, pageMs: 0 },
  })
    .deletePrefix('p/', { ...options, journal })
    .catch((error: unknown) => (error as { readonly report: DeletionReport }).report);
  const ended = await Promise.race([run, mortal.killed.then(() => undefined)]);
  if (ended) expectClosedBooks(ended);
  else for (const session of open) await session.close();
  return ended;
}
