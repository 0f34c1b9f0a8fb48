import { Option, type Command } from 'commander';
import { earlyDeletions, estimate, planDeletion, storeTerms } from '@store/planning';
import type { Run } from '../context.js';
import { EXIT } from '../exit.js';
import { integer } from '../option-values.js';
import { planPage } from '../plan-page.js';
import { planText, type Plan } from '../plan-text.js';

interface Options {
  readonly maxRequests?: number;
  readonly exact?: boolean;
  readonly concurrency?: number;
  readonly maxKeysPerSecond?: number;
  readonly json?: boolean;
  readonly html?: boolean;
}

export function addPlan(program: Command, run: Run): void {
  program
    .command('plan')
    .description(
      'estimate what is under a prefix from a few requests, and what each way to delete it would take',
    )
    .argument('<address>')
    .option('--max-requests <n>', 'most list requests (default: 180)', integer(1, 10_000))
    .addOption(new Option('--exact', 'list everything, and guess nothing').conflicts('maxRequests'))
    .option('--concurrency <n>', 'requests in flight to reckon with (default: 32)', integer(1, 1024))
    .option('--max-keys-per-second <n>', 'keys deleted a second to reckon with', integer(1))
    .option('--json', 'as JSON')
    .addOption(new Option('--html', 'as an HTML page with charts').conflicts('json'))
    .action((address: string, { maxRequests, exact, concurrency, maxKeysPerSecond, json, html }: Options) =>
      run(async ({ output, session, signal }) => {
        const { store, key } = await session.open(address);
        const { config, options } = await session.locate(address);
        const terms = storeTerms(config, options);
        const found = await estimate(store, key, { maxRequests, exact, signal });
        const strategies = planDeletion(found, store.capabilities, {
          jobs: await session.hasJobs(address),
          concurrency,
          maxKeysPerSecond,
          terms,
        });
        const plan: Plan = {
          address,
          estimate: found,
          strategies,
          earlyDeletions: earlyDeletions(found, terms),
          terms,
        };
        if (json) await output.resultJson(plan);
        else if (html) await output.result(planPage(plan, new Date()).split('\n'));
        else await output.result(planText(plan));
        return EXIT.complete;
      }),
    );
}
