import { stat } from 'node:fs/promises';
import { DeletionError, quoteKey, type DeletionFailure, type DeleteTarget } from '@store/core';
import { engineOf } from '@store/engine';
import { bucketOf } from '../bucket-of.js';
import { canAsk, confirm } from '../confirm.js';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { formatCount } from '../format.js';
import type { ListedKey } from '../list/listed-key.js';
import { IS_DIRECTORY, unreadableList } from '../list/list-text.js';
import { readList } from '../list/read-list.js';
import { RefusedKeys } from '../list/refused-keys.js';
import { keyTeller, reportedDeletion } from '../reported-deletion.js';
import { checkJournalChoice, runJournal } from '../runs/run-journal.js';
import type { ListRmOptions } from './rm-options.js';

/** `store rm --from`: exactly the keys of a list. */
export async function removeListed(
  context: Context,
  addresses: readonly string[],
  options: ListRmOptions,
): Promise<ExitCode> {
  const { output, session, verbose, signal } = context;
  const { from: file = '-', json, failures, deletion } = options;
  const [address, ...others] = addresses;
  if (address === undefined || others.length > 0) throw new UsageError('rm --from takes one address');
  if (options.null && options.format !== undefined && options.format !== 'nul')
    throw new UsageError('--null does not go with --format');
  checkJournalChoice(options, deletion.dryRun);
  const format = options.null ? 'nul' : (options.format ?? 'auto');
  const terminal = { stdin: process.stdin, stderr: process.stderr };
  const ask = !options.yes && !deletion.dryRun;
  if (ask && (file === '-' || !canAsk(terminal))) {
    throw new UsageError('rm --from asks before it deletes, and there is no terminal to ask on; use --yes');
  }
  const { store, key: prefix } = await session.open(address);
  await store.deleteMany([], { ...deletion, dryRun: true });
  const { driver } = engineOf(store, 'rm --from');
  const list = (): AsyncGenerator<ListedKey> => readList(file, { format, bucket: bucketOf(driver.place) });

  // All of it is read before anything is deleted, where it can be read twice.
  const total = (await isFile(file)) ? await count(list(), signal) : undefined;
  if (signal.aborted) return EXIT.interrupted;
  if (ask) {
    const keys = `${formatCount(total ?? 0)} key${total === 1 ? '' : 's'}`;
    output.note(`${total === undefined ? 'the keys' : keys} of ${file} in ${address} (${store.provider})`);
    if (!(await confirm('Delete them?', terminal, signal))) {
      output.note('nothing was deleted');
      return signal.aborted ? EXIT.interrupted : EXIT.failed;
    }
  }

  const refused = new RefusedKeys();
  const run = deletion.dryRun ? undefined : await runJournal(context, address, options);
  const name = keyTeller(context, json);
  return reportedDeletion(
    context,
    { place: driver.place, json, failures, total },
    async ({ onFailure, ...listeners }) => {
      const targets = allowed(list(), prefix, {
        dry: deletion.dryRun && verbose ? name : undefined,
        refuse: async ({ key, versionId }, why) => {
          const failure: DeletionFailure = refused.add(key, versionId, why);
          await onFailure?.(failure);
        },
      });
      try {
        const report = await store.deleteMany(targets, {
          ...deletion,
          ...listeners,
          onFailure,
          journal: run?.journal,
          onDeleted: verbose && !deletion.dryRun ? ({ key }) => name(key) : undefined,
        });
        return refused.in(report);
      } catch (error) {
        if (error instanceof DeletionError) throw new DeletionError(error, refused.in(error.report));
        throw error;
      }
    },
  );
}

/** What may be deleted of a list: nothing outside the address. */
async function* allowed(
  list: AsyncIterable<ListedKey>,
  prefix: string,
  {
    refuse,
    dry,
  }: {
    readonly refuse: (one: ListedKey, why: string) => Promise<void>;
    readonly dry: ((key: string) => void) | undefined;
  },
): AsyncGenerator<DeleteTarget> {
  for await (const one of list) {
    const why =
      one.refusal ?? (one.key.startsWith(prefix) ? undefined : `it is not under ${quoteKey(prefix)}`);
    if (why !== undefined) {
      await refuse(one, why);
      continue;
    }
    const { key, versionId, size } = one;
    dry?.(key);
    // The entries of listings have a size too, and the library counts it.
    const target = { key, versionId, size };
    yield target;
  }
}

async function isFile(path: string): Promise<boolean> {
  if (path === '-') return false;
  const found = await stat(path).catch((error: unknown) => Promise.reject(unreadableList(path, error)));
  if (found.isDirectory()) throw new UsageError(`--from: ${path} ${IS_DIRECTORY}`);
  return found.isFile();
}

async function count(list: AsyncIterable<ListedKey>, signal: AbortSignal): Promise<number> {
  let total = 0;
  for await (const _one of list) {
    total++;
    if (signal.aborted) break;
  }
  return total;
}
