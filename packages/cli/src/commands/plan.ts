import { Option, type Command } from 'commander';
import { earlyDeletions, estimate, planDeletion, storeTerms } from '@store/planning';
import { engineOf } from '@store/engine';
import { withAlias } from '../alias.js';
import type { Run } from '../context.js';
import { EXIT } from '../exit.js';
import { formatDuration } from '../format.js';
import { argumentBesideHtml, htmlOption, writePage, type HtmlValue } from '../html-option.js';
import { integer } from '../option-values.js';
import { stopwatch } from '../progress.js';
import { planPage } from '../plan-page.js';
import { planText, type Plan } from '../plan-text.js';

interface Options {
  readonly maxRequests?: number;
  readonly exact?: boolean;
  readonly concurrency?: number;
  readonly maxKeysPerSecond?: number;
  readonly json?: boolean;
  readonly html?: HtmlValue;
}

const EXAMPLES = `
Examples:
  store plan uploads:logs/
  store plan --html plan.html uploads:logs/
`;

export function addPlan(program: Command, run: Run): void {
  const command = program
    .command('plan')
    .addHelpText('after', EXAMPLES)
    .description(
      'estimate what is under a prefix from a few requests, and what each way to delete it would take',
    )
    .argument('[address]')
    .option('--max-requests <n>', 'most list requests (default: 180)', integer(1, 10_000))
    .addOption(new Option('--exact', 'list everything, and guess nothing').conflicts('maxRequests'))
    .option('--concurrency <n>', 'requests in flight to reckon with (default: 32)', integer(1, 1024))
    .option('--json', 'as JSON')
    .addOption(htmlOption(' with charts').conflicts('json'))
    .action(
      (
        given: string | undefined,
        { maxRequests, exact, concurrency, maxKeysPerSecond, json, html }: Options,
      ) =>
        run(async ({ output, session, signal }) => {
          const usage = 'store plan --html FILE ADDRESS';
          const address = argumentBesideHtml(given, html, { what: 'the address', usage });
          const { store, key } = await session.open(address);
          const { config, options } = await session.locate(address);
          const terms = storeTerms(config, options);
          const elapsedMs = stopwatch();
          const shown = output.show(() => [
            { text: exact ? 'listing' : 'estimating' },
            { text: formatDuration(elapsedMs()) },
            { text: address },
          ]);
          const found = await estimate(store, key, { maxRequests, exact, signal }).finally(() =>
            shown[Symbol.dispose](),
          );
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
          else if (html !== undefined) {
            const { place } = engineOf(store, 'plan').driver;
            await writePage({ output, signal }, { place }, planPage(plan, new Date()), html);
          } else await output.result(planText(plan));
          return EXIT.complete;
        }),
    );
  const rate = new Option('--max-keys-per-second <n>', 'keys deleted a second to reckon with');
  for (const option of withAlias(rate.argParser(integer(1)))) command.addOption(option);
}
