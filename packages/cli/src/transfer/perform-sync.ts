import { syncPrefix, type Place, type TransferProgress } from '@store/transfer';
import { canAsk, confirm } from '../confirm.js';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { formatBytes, formatObjects } from '../format.js';
import { quoteKey } from '@store/core';
import { checkNotAround } from '../own-directory.js';
import { countLine, stopwatch } from '../progress.js';
import { checkSourceDirectory } from './source-directory.js';
import { placeOf, whereOf } from './jobs.js';
import { openPath } from './open-path.js';
import type { SyncFlags } from './options.js';
import type { Target } from '../session.js';
import { reportedTransfers } from './reported-transfer.js';

const SAMPLE_KEYS = 5;

/** `store sync` */
export async function performSync(
  context: Context,
  source: string,
  target: string,
  flags: SyncFlags,
): Promise<ExitCode> {
  const { session } = context;
  const terminal = { stdin: process.stdin, stderr: process.stderr };
  const { dryRun, delete: deletes } = flags.transfer;
  const ask = deletes && !flags.yes && !dryRun;
  if (ask && !canAsk(terminal))
    throw new UsageError(
      'sync --delete asks before it deletes, and there is no terminal to ask on; use --yes',
    );
  const { followLinks } = flags;
  // Within one directory store it is the source's that copies.
  const mirrored = deletes ? placeOf(await openPath(session, target)).prefix : undefined;
  const given = await openPath(session, source, { followLinks, mirrored });
  await checkSourceDirectory(given);
  const from = placeOf(given);
  const aim = await openPath(session, target, { mirrored });
  if (deletes && !dryRun) await checkNotAround(aim, { command: 'sync --delete', here: true });
  const to = placeOf(aim);
  if (ask && !(await agrees(context, from, aim, flags)))
    return context.signal.aborted ? EXIT.interrupted : EXIT.failed;
  return reportedTransfers(context, { ...flags, again: 'the same command' }, [
    {
      ends: { from: source, to: target },
      perform: (listeners) => {
        const { json } = flags;
        const onDeleted =
          context.verbose && deletes
            ? (key: string) =>
                json
                  ? context.output.note(`delete ${quoteKey(key)}`)
                  : context.output.print(`delete ${quoteKey(key)}`)
            : undefined;
        return syncPrefix(from, to, { ...flags.transfer, ...listeners, onDeleted });
      },
    },
  ]);
}

/** Shows what would be done, and asks. Where nothing would be deleted, nobody is asked. */
async function agrees(
  { output, signal }: Context,
  from: Place,
  aim: Target,
  { transfer }: SyncFlags,
): Promise<boolean> {
  const to = placeOf(aim);
  const sample: string[] = [];
  let progress: TransferProgress | undefined;
  const elapsedMs = stopwatch();
  using shown = output.show(() => {
    const compared = progress ? progress.same + progress.skipped + progress.failed + progress.copied : 0;
    return countLine('compared', { count: compared }, elapsedMs());
  });
  const found = await syncPrefix(from, to, {
    ...transfer,
    dryRun: true,
    signal,
    onProgress: (now) => {
      progress = now;
    },
    onDeleted: (key) => {
      if (sample.length < SAMPLE_KEYS) sample.push(key);
    },
  });
  shown[Symbol.dispose]();
  if (found.aborted) return false;
  const gone = found.deletion?.matched ?? 0;
  if (gone === 0) return true;
  output.note([
    `copies ${formatObjects(found.skipped)} (${formatBytes(found.bytes)}) to ${whereOf(to, aim.address)} (${to.store.provider}), and deletes there what the source does not have: ${formatObjects(gone)}`,
    ...sample.map((key) => `  ${quoteKey(key)}`),
    ...(gone > sample.length ? [`  … and ${formatObjects(gone - sample.length)} more`] : []),
  ]);
  if (await confirm('Go on?', { stdin: process.stdin, stderr: process.stderr }, signal)) return true;
  output.note('nothing was done');
  return false;
}
