import { StoreError } from '@store/core';
import { copyKeys, copyPrefix, moveKeys, movePrefix, type TransferReport } from '@store/transfer';
import { selectionOf, withoutChoice } from '@store/transfer/options';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { jobsOf, whereOf, type Job } from './jobs.js';
import type { TransferFlags } from './options.js';
import { reportedTransfers, type Listeners, type Telling, type Transfer } from './reported-transfer.js';

/** `store cp` and `store mv`, and what else is made of them. */
export async function performCopy(
  context: Context,
  sources: readonly string[],
  target: string,
  flags: TransferFlags,
  verb: 'copy' | 'move' = 'copy',
): Promise<ExitCode> {
  // With --if-absent what is there stays, and so does the source.
  const mayLose = verb === 'move' && !flags.transfer.ifAbsent && !flags.transfer.dryRun;
  const { recursive, followLinks } = flags;
  const jobs = await jobsOf(context.session, sources, target, { recursive, move: mayLose, followLinks });
  const byName = jobs.filter((job) => 'pairs' in job).length;
  const isChoosing =
    flags.transfer.compare !== undefined || Object.keys(selectionOf(flags.transfer)).length > 0;
  if (byName === jobs.length && isChoosing)
    throw new UsageError(
      'what chooses objects (--include, --update, --min-size, …) goes with -r, or with a pattern',
    );
  if (
    flags.transfer.include !== undefined &&
    jobs.some((job) => 'include' in job && job.include !== undefined)
  )
    throw new UsageError('--include does not go with a source that is a pattern');
  const alone = jobs.length === 1 && sources.length === 1 && byName === 1;
  let nothing: string | undefined;
  const perform = async (job: Job, listeners: Listeners): Promise<TransferReport | undefined> => {
    const report = await transferOf(job, flags, verb, listeners);
    if (alone) throwFailure(report);
    if ('isBeside' in job && job.isBeside && report.listed === 0 && report.complete) return undefined;
    // A named object beside a prefix of the same name is there, whatever the prefix has.
    if (report.listed === 0 && !report.aborted && 'address' in job && byName === 0)
      nothing ??= `${nothingAt(job.address, report)} there is no object ${job.include ? 'that matches' : `under ${whereOf(job.from, job.address)}`}`;
    return report;
  };
  const transfers = jobs.map((job): Transfer => ({
    ends:
      'address' in job ? { from: job.address, to: target, isPattern: job.include !== undefined } : undefined,
    perform: (listeners) => perform(job, listeners),
  }));
  const telling: Telling = {
    ...flags,
    silent: alone && !flags.transfer.dryRun,
    again: verb === 'move' ? 'the same command' : 'the same command with --update',
  };
  const code = await reportedTransfers(context, telling, transfers);
  if (nothing === undefined) return code;
  context.output.note(`store: ${nothing}`);
  return code === EXIT.complete ? EXIT.failed : code;
}

/** What is there and was left out is told of by the report; without a file beside it that is all there is. */
function nothingAt(address: string, { leftOut: { byKind } }: TransferReport): string {
  const quoted = JSON.stringify(address);
  const all = Object.values(byKind).reduce((sum, count) => sum + count, 0);
  if (all === 0) return `nothing is at ${quoted}:`;
  const hint = 'symbolic link' in byKind ? ' (-L copies what symbolic links lead to)' : '';
  return `nothing was copied from ${quoted}: beside what was left out${hint}`;
}

function transferOf(
  job: Job,
  { transfer }: TransferFlags,
  verb: 'copy' | 'move',
  listeners: Listeners,
): Promise<TransferReport> {
  const { compare, ...options } = transfer;
  if ('pairs' in job) {
    const run = verb === 'move' ? moveKeys : copyKeys;
    return run(job.from, job.to, job.pairs, withoutChoice({ ...options, ...listeners }));
  }
  const chosen = job.include ? { include: job.include } : {};
  if (verb === 'move') return movePrefix(job.from, job.to, { ...options, ...chosen, ...listeners });
  return copyPrefix(job.from, job.to, { ...options, ...chosen, ...listeners, compare });
}

/** Of one object, what went wrong is all that there is to say. @throws StoreError */
function throwFailure({ operation, failures }: TransferReport): void {
  const [failure] = failures.sample;
  if (!failure) return;
  const { code, message, ...details } = failure;
  throw new StoreError(code, message, { ...details, operation });
}
