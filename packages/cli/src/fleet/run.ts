import type { AddressSettings } from '@store/core';
import type { Fleet, FleetOptions, FleetReport } from '@store/fleet';
import { canAsk, confirm } from '../confirm.js';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { formatCount } from '../format.js';
import { isNothing, preview, previewText } from '../preview.js';
import { FleetProgress } from './fleet-progress.js';
import { tellReport } from './fleet-text.js';
import { FleetView } from './fleet-view.js';
import { readAddresses } from './read-addresses.js';
import {
  accessOf,
  atMost,
  whileWanted,
  withFleet,
  type QueueAccess,
  type QueueOptions,
} from './queue-access.js';
import { openTargets, selectionOf, type RunTarget } from './run-targets.js';

export interface RunOptions extends QueueOptions {
  readonly from?: string | undefined;
  readonly detach?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly deletion: FleetOptions;
  /** Flags that say where buckets of URLs are. */
  readonly given: AddressSettings;
}

/** Prefixes that are counted and shown before somebody is asked; of others there is only the number. */
const SHOWN = 5;

/** List requests of the estimate, for all prefixes together. */
const MOST_REQUESTS = 180;

/** With fewer for a prefix, an estimate says little. */
const LEAST_REQUESTS = 10;

/** How long the estimate of what there is has to end when nobody needs it any more, in milliseconds. */
const CALL_OFF_MS = 2_000;

/** `store fleet run`: begins a run, and shows how far all workers are with it until it ends. */
export async function runOnFleet(
  context: Context,
  given: readonly string[],
  options: RunOptions,
): Promise<ExitCode> {
  const { output } = context;
  const { deletion, yes, json, detach } = options;
  const access = accessOf(options);
  if (json) output.expectSeveral();
  if (!yes && !canAsk({ stdin: process.stdin, stderr: process.stderr }))
    throw new UsageError('fleet run asks before it deletes, and there is no terminal to ask on; use --yes');
  const addresses = await addressesOf(given, options.from);
  return withFleet(context, access, async (fleet) => {
    const targets = await openTargets(context, addresses, deletion, options.given);
    if (!yes) {
      const answer = await ask(context, targets, deletion);
      if (answer !== undefined) return answer;
    }
    const run = await fleet.begin(
      targets.map(({ row }) => row),
      deletion,
    );
    const steering = `store fleet status|pause|stop ${run}${access.flags}`;
    const begun = { type: 'begun', run, addresses: targets.map(({ row }) => row.address) };
    if (!detach) return follow(context, fleet, { run, access, targets, options, begun });
    if (json) await output.resultJson(begun);
    else await output.result(run);
    output.note(`the run goes on by itself: ${steering}`);
    return EXIT.complete;
  });
}

async function addressesOf(given: readonly string[], from: string | undefined): Promise<readonly string[]> {
  if (from !== undefined && given.length > 0) throw new UsageError('either addresses or --from');
  if (from !== undefined) return readAddresses(from);
  if (given.length > 0) return given;
  throw new UsageError('name what to delete: NAME:prefix/, or a list of such with --from');
}

/** @returns what to exit with, when nothing is to be done */
async function ask(
  { output, signal }: Context,
  targets: readonly RunTarget[],
  deletion: FleetOptions,
): Promise<ExitCode | undefined> {
  let nothing = true;
  for (const { target } of targets.slice(0, SHOWN)) {
    const found = await preview(target, { ...selectionOf(deletion), signal });
    if (signal.aborted) return EXIT.interrupted;
    output.note(previewText(target, found));
    nothing &&= isNothing(found);
  }
  if (targets.length > SHOWN) output.note(`and ${formatCount(targets.length - SHOWN)} prefixes more`);
  else if (nothing) return EXIT.complete;
  const terminal = { stdin: process.stdin, stderr: process.stderr };
  if (await confirm('Delete them?', terminal, signal)) return undefined;
  output.note('nothing was deleted');
  return signal.aborted ? EXIT.interrupted : EXIT.failed;
}

async function follow(
  { output, signal, answerInterrupt }: Context,
  fleet: Fleet,
  {
    run,
    access,
    targets,
    options: { json, deletion },
    begun,
  }: {
    readonly run: string;
    readonly access: QueueAccess;
    readonly targets: readonly RunTarget[];
    readonly options: RunOptions;
    readonly begun: object;
  },
): Promise<ExitCode> {
  const progress = new FleetProgress();
  const view = new FleetView(output, progress, { access, json });
  answerInterrupt(`the fleet goes on with the run ${run}`);
  const ways = `store: to look at it: store fleet status ${run}${access.flags}; to end it: store fleet stop ${run}${access.flags}`;
  output.lastly(ways);
  view.event(begun);
  if (!json) output.note(`run ${run}`);
  const enough = new AbortController();
  const estimating = estimateAll(targets, deletion, AbortSignal.any([signal, enough.signal])).then(
    (count) => {
      progress.estimated = count;
    },
  );
  let report: FleetReport | undefined;
  try {
    report = await whileWanted(signal, fleet.wait(run, { signal, onProgress: (soFar) => view.show(soFar) }));
  } finally {
    view.end();
    enough.abort();
    await atMost(CALL_OFF_MS, estimating);
  }
  if (!report) {
    view.event({ type: 'detached', run });
    return EXIT.interrupted;
  }
  output.lastly(
    report.state === 'stopped' ? `store: to go on: store fleet resume ${run}${access.flags}` : undefined,
  );
  if (json) await output.resultJson({ type: 'ended', report });
  else await tellReport(output, report);
  return report.complete ? EXIT.complete : EXIT.failed;
}

/** About how many keys there are; undefined where nobody can tell. */
async function estimateAll(
  targets: readonly RunTarget[],
  { versions = 'current' }: FleetOptions,
  signal: AbortSignal,
): Promise<number | undefined> {
  // An estimate is of objects.
  if (versions !== 'current') return undefined;
  const { estimate } = await import('@store/planning');
  const maxRequests = Math.floor(MOST_REQUESTS / targets.length);
  if (maxRequests < LEAST_REQUESTS) return undefined;
  let sum = 0;
  try {
    for (const { row } of targets)
      sum += (await estimate(row.store, row.prefix, { maxRequests, signal })).objects;
  } catch {
    // It is for the progress alone.
    return undefined;
  }
  return sum;
}
