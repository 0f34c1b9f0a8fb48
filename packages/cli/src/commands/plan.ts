import type { Command } from 'commander';
import { planDeletion, type PrefixEstimate, type StrategyPlan } from '@store/core';
import type { Run } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { formatBytes, formatCount, formatDuration, formatObjects } from '../format.js';
import { integer } from '../option-values.js';

interface Options {
  readonly maxRequests?: number;
  readonly concurrency?: number;
  readonly maxRate?: number;
  readonly json?: boolean;
}

export function addPlan(program: Command, run: Run): void {
  program
    .command('plan')
    .description(
      'estimate what is under a prefix from a few requests, and what each way to delete it would take',
    )
    .argument('<address>')
    .option('--max-requests <n>', 'most list requests (default: 150)', integer(1, 10_000))
    .option(
      '--concurrency <n>',
      'delete requests in flight to reckon with (default: 8 batches, 32 single ones)',
      integer(1, 1024),
    )
    .option('--max-rate <n>', 'keys deleted a second to reckon with', integer(1))
    .option('--json', 'as JSON')
    .action((address: string, { maxRequests, concurrency, maxRate, json }: Options) =>
      run(async ({ output, session, signal }) => {
        const { store, key } = await session.open(address);
        const estimate = await store.estimate(key, { maxRequests, signal });
        const strategies = planDeletion(estimate, store.capabilities, {
          jobs: await session.hasJobs(address),
          concurrency,
          maxKeysPerSecond: maxRate,
        });
        if (json) await output.line(JSON.stringify({ estimate, strategies }, null, 2));
        else {
          await output.line(estimateLine(estimate));
          for (const plan of strategies) await output.line(planLine(plan));
        }
        return EXIT.complete;
      }),
    );
}

function estimateLine({ objects, bytes, exact, range, listed, requests }: PrefixEstimate): string {
  const from = `from ${formatCount(requests)} list request${requests === 1 ? '' : 's'}`;
  if (exact) return `${formatObjects(objects)}, ${formatBytes(bytes)}, all listed, ${from}`;
  if (!range) {
    return `at least ${formatObjects(listed)}; perhaps ${formatCount(objects)}, which is not sure at all, ${from}`;
  }
  const between = `${formatCount(range.low)} to ${formatCount(range.high)}`;
  return `about ${formatObjects(objects)} (${between}), ${formatBytes(bytes)}, ${from}`;
}

function planLine({ strategy, requests, atLeastMs, notes }: StrategyPlan): string {
  const time = atLeastMs === undefined ? [] : [`at least ${formatDuration(atLeastMs)}`];
  return [strategy, `${formatCount(requests)} requests`, ...time, ...notes].join(' · ');
}
