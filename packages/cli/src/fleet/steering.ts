import { StoreError } from '@store/core';
import type { Fleet, FleetReport } from '@store/fleet';
import type { Context } from '../context.js';
import { displayKey } from '../display-key.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { formatCount } from '../format.js';
import { FleetProgress } from './fleet-progress.js';
import { stateText, statusText, tellReport } from './fleet-text.js';
import { FleetView } from './fleet-view.js';
import { accessOf, whileWanted, withFleet, type QueueOptions } from './queue-access.js';

export interface SteeringOptions extends QueueOptions {
  readonly json?: boolean;
}

/** What a run can be told. */
export const ORDERS = {
  pause: 'pauses: nothing new is sent until it is resumed',
  resume: 'goes on',
  stop: 'stops: what is in flight is waited for, what is left stays',
  forget: 'is forgotten',
} as const;

export type Order = keyof typeof ORDERS;

/** `store fleet list`: the newest first. */
export function listRuns(context: Context, options: SteeringOptions): Promise<ExitCode> {
  const { output } = context;
  return withFleet(context, accessOf(options), async (fleet) => {
    const runs = await fleet.runs();
    if (!options.json && runs.length > 0)
      await output.line(lineOf('RUN', 'STATE', 'DELETED', 'FAILED', 'WHAT'));
    for (const report of runs) {
      if (output.closed) break;
      if (options.json) {
        await output.jsonLine(report);
        continue;
      }
      const { run, deleted, failed, blocked, rows } = report;
      const [first, ...others] = rows;
      const what = `${displayKey(first?.address ?? '')}${others.length === 0 ? '' : ` and ${others.length} more`}`;
      await output.line(
        lineOf(run, stateText(report), formatCount(deleted), formatCount(failed + blocked), what),
      );
    }
    return EXIT.complete;
  });
}

/** `store fleet status`, and with `watch` until the run is over. */
export function showStatus(
  context: Context,
  asked: string,
  options: SteeringOptions & { readonly watch?: boolean },
): Promise<ExitCode> {
  const { output, signal, answerInterrupt } = context;
  const { json, watch } = options;
  const access = accessOf(options);
  return withFleet(context, access, async (fleet) => {
    const report = await reportOf(fleet, asked);
    if (!watch) {
      await (json ? output.resultJson(report) : output.result(statusText(report)));
      return EXIT.complete;
    }
    output.expectSeveral();
    answerInterrupt(`the fleet goes on with the run ${report.run}`);
    const view = new FleetView(output, new FleetProgress(), { access, json });
    const waited = fleet.wait(report.run, { signal, onProgress: (soFar) => view.show(soFar) });
    const ended = await whileWanted(signal, waited).finally(() => view.end());
    if (!ended) return EXIT.interrupted;
    if (json) await output.resultJson({ type: 'ended', report: ended });
    else await tellReport(output, ended);
    return ended.complete ? EXIT.complete : EXIT.failed;
  });
}

/** `store fleet pause|resume|stop|forget`. */
export function give(
  context: Context,
  order: Order,
  asked: string,
  options: SteeringOptions,
): Promise<ExitCode> {
  const { output } = context;
  return withFleet(context, accessOf(options), async (fleet) => {
    const { run, state } = await reportOf(fleet, asked);
    if (state === 'done' && order !== 'forget') throw new UsageError(`the run ${run} is over`);
    await fleet[order](run);
    if (!options.json) await output.result(`the run ${run} ${ORDERS[order]}`);
    else if (order === 'forget') await output.resultJson({ run, state: 'forgotten' });
    else await output.resultJson(await fleet.report(run));
    return EXIT.complete;
  });
}

/** @param asked the id of a run, or the beginning of it */
async function reportOf(fleet: Fleet, asked: string): Promise<FleetReport> {
  try {
    return await fleet.report(asked);
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'NotFound') throw error;
    const found = (await fleet.runs()).filter(({ run }) => asked !== '' && run.startsWith(asked));
    const [only, other] = found;
    if (other)
      throw new UsageError(`${JSON.stringify(asked)} is the beginning of several runs; write more of it`);
    if (only) return only;
    throw error;
  }
}

function lineOf(run: string, state: string, deleted: string, failed: string, what: string): string {
  return `${run.padEnd(20)}  ${state.padEnd(10)}  ${deleted.padStart(13)}  ${failed.padStart(9)}  ${what}`;
}
