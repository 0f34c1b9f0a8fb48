import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { StoreError } from '@store/core';
import { readAccount, type RunAccount } from '@store/journal';
import { UsageError } from '../exit-codes.js';
import { journalsIn, runIdOf } from './kept-runs.js';
import { JOURNAL_EXTENSION } from './run-id.js';
import { runsDirectory } from './state-directory.js';

/** A run, its journal, and what `store resume` calls it by. */
export interface FoundRun {
  readonly path: string;
  readonly name: string;
}

/**
 * Finds a run by its id, the beginning of it that no other one has, or the path of its journal.
 *
 * @throws UsageError when there is none, or more than one
 */
export async function findRun(run: string): Promise<FoundRun> {
  if (/[/\\]/.test(run) || run.endsWith(JOURNAL_EXTENSION))
    return { path: await existing(run), name: resolve(run) };
  const found = (await journalsIn(runsDirectory())).filter((path) => runIdOf(path).startsWith(run));
  const [path] = found.filter((one) => runIdOf(one) === run || found.length === 1);
  if (path !== undefined) return { path, name: runIdOf(path) };
  if (found.length > 1) {
    throw new UsageError(`${JSON.stringify(run)} may be ${found.map((one) => runIdOf(one)).join(' or ')}`);
  }
  const there = await existing(run).catch(() => undefined);
  if (there !== undefined) return { path: there, name: resolve(run) };
  throw new UsageError(
    `there is no run ${JSON.stringify(run)} in ${runsDirectory()}, and no file of this name`,
  );
}

/** The latest run that can be gone on with and is not complete. Undefined when there is none. */
export async function latestUnfinished(): Promise<FoundRun | undefined> {
  for (const path of (await journalsIn(runsDirectory())).toReversed()) {
    const account = await accountOf(path);
    if (account === undefined || account instanceof Error) continue;
    if (canGoOn(account)) return { path, name: runIdOf(path) };
  }
  return undefined;
}

/** Whether `store resume` has something to do, and its journal says what. */
export function canGoOn({ state, header }: RunAccount): boolean {
  return header.prefix !== null && !isOfSet(header) && (state === 'interrupted' || state === 'incomplete');
}

/** What a journal says; an error for one that is none, so that one such file does not hide the others. */
export async function accountOf(path: string): Promise<RunAccount | StoreError | undefined> {
  try {
    return await readAccount(path);
  } catch (error) {
    return error instanceof StoreError ? error : new StoreError('InvalidArgument', String(error));
  }
}

async function existing(path: string): Promise<string> {
  try {
    if ((await stat(path)).isFile()) return resolve(path);
  } catch (error) {
    throw new UsageError(
      `the journal ${path} cannot be read: ${error instanceof Error ? error.message : ''}`,
    );
  }
  throw new UsageError(`the journal ${path} is no file`);
}

/** Whether the run was told by an approved set which objects are meant: it is gone on with by applying that again. */
export function isOfSet({ options }: Pick<RunAccount['header'], 'options'>): boolean {
  return options['where'] !== undefined;
}
