import type { DeletePrefixOptions, DeletionProgress } from '@store/core';
import { writeSet } from '@store/journal';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { formatBytes, formatObjects } from '../format.js';
import { leftOutText } from '../left-out-text.js';
import { keyTeller } from '../reported-deletion.js';
import { countLine, stopwatch } from '../progress.js';
import { openingOf } from '../runs/opening.js';
import type { Target } from '../session.js';
import type { RecursiveRmOptions } from './rm-options.js';

/** @throws UsageError for what a set cannot be made of */
export function checkOut({ out, deletion }: RecursiveRmOptions): void {
  if (out === undefined) return;
  const { dryRun, uploads, verify, strategy, trash, backup } = deletion;
  if (!dryRun) throw new UsageError('--out goes with --dry-run: it writes down what would be deleted');
  const others = Object.entries({ uploads, verify, strategy, trash, backup }).filter(
    ([, value]) => value !== undefined,
  );
  if (others.length === 0) return;
  const names = others.map(([name]) => `--${name}`).join(' or ');
  throw new UsageError(`--out does not go with ${names}: a set is of objects alone`);
}

/** `store rm -r --dry-run --out FILE`: what would be deleted, for `store apply`. */
export async function writeSetFile(
  context: Context,
  { store, key, address }: Target,
  file: string,
  { json }: RecursiveRmOptions,
  chosen: DeletePrefixOptions,
): Promise<ExitCode> {
  const { output, session, verbose, signal } = context;
  const {
    dryRun: _asked,
    uploads: _uploads,
    verify: _verify,
    strategy: _strategy,
    trash: _trash,
    backup: _backup,
    ...selection
  } = chosen;
  const name = keyTeller(context, json);
  let progress: DeletionProgress | undefined;
  const elapsedMs = stopwatch();
  using shown = output.show(() =>
    countLine('listed', { count: progress?.matched ?? 0, bytes: progress?.bytes }, elapsedMs()),
  );
  const { set, report } = await writeSet(store, key, file, {
    ...selection,
    address: (await openingOf(session, address)).address,
    signal,
    onProgress: (now) => {
      progress = now;
    },
    onMatch: verbose ? (object) => name(object.key) : undefined,
  });
  shown.end();
  const { count, bytes } = set;
  if (json) await output.resultJson({ file, count, bytes, report });
  else
    await output.result([
      `${formatObjects(count)} in ${file}, ${formatBytes(bytes)}; nothing was deleted`,
      ...leftOutText(report.leftOut, 'not in it'),
      `store: to delete these and nothing else: store apply ${file}`,
    ]);
  return EXIT.complete;
}
