import type { AddressSettings } from '@store/core';
import { fleetOptions } from '@store/fleet/options';
import { Option, type Command } from 'commander';
import { withAlias } from '../alias.js';
import type { Run } from '../context.js';
import type { Order, SteeringOptions } from '../fleet/steering.js';
import type { WorkerOptions } from '../fleet/worker.js';
import { integer } from '../option-values.js';
import { flagsOf } from '../table-flags.js';

const MAX_PORT = 65_535;
const QUEUE =
  'where the fleet meets: redis://[user:password@]host[:port][/database], or postgres://…; or $STORE_QUEUE';
const FLEET = 'which of the fleets that meet there; default: store-fleet';

const HEADINGS = {
  how: 'How to delete:',
  provider: 'Handed on to the provider, where it knows them:',
};

const EXAMPLES = `
Examples:
  store fleet worker --queue redis://redis.internal               on each machine
  store fleet run --queue redis://redis.internal uploads:logs/    everything under it, after a count and a question
  store fleet run --from prefixes.txt --yes --detach
  store fleet list
  store fleet status --watch 20261128T041501-1a2b
  store fleet stop 20261128T041501-1a2b
`;

const RUN_EXAMPLES = `
Examples:
  store fleet run --queue redis://redis.internal uploads:logs/
  store fleet run --older-than 30d --max-keys-per-second 20000 uploads:logs/ uploads:tmp/
`;

const WORKER_EXAMPLES = `
Examples:
  store fleet worker --queue redis://redis.internal
  store fleet worker --concurrency 2 --metrics 9464
`;

/** What of this is for work is loaded for work. */
export function addFleet(program: Command, run: Run): void {
  const fleet = program
    .command('fleet')
    .addHelpText('after', EXAMPLES)
    .description(
      'delete everything under prefixes with many machines, which meet at a Redis or a PostgreSQL',
    );
  addRun(fleet, run, () => program.opts<AddressSettings>());
  addWorker(fleet, run);
  addSteering(fleet, run);
}

function addRun(fleet: Command, run: Run, given: () => AddressSettings): void {
  const command = withQueue(fleet.command('run'))
    .addHelpText('after', RUN_EXAMPLES)
    .description('have the workers delete everything under the prefixes')
    .argument('[address...]', 'NAME:prefix/, with a store of the configuration that all workers have too')
    .option('--from <file>', 'the addresses are in this file, one a line; "-" is stdin')
    .option('--detach', 'print the name of the run, and leave it to the workers')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'a JSON object on each line: what has been done so far, and the report')
    .action((addresses: readonly string[], values: Readonly<Record<string, unknown>>) =>
      run(async (context) => {
        const { runOnFleet } = await import('../fleet/run.js');
        const own = command.opts<{ from?: string; detach?: boolean; yes?: boolean; json?: boolean }>();
        const where = command.opts<SteeringOptions>();
        const deletion = fleetOptions.take(values);
        return runOnFleet(context, addresses, { ...own, ...where, deletion, given: given() });
      }),
    );
  const flags = flagsOf(fleetOptions.table, (group) => (group ? HEADINGS[group] : 'What to delete:'));
  for (const flag of flags) command.addOption(flag);
}

function addWorker(fleet: Command, run: Run): void {
  withQueue(fleet.command('worker'))
    .addHelpText('after', WORKER_EXAMPLES)
    .description('work on the runs of a fleet, until interrupted')
    .option('--concurrency <n>', 'pieces at once; one keeps a core busy (default: 1)', integer(1, 64))
    .option('--requests <n>', 'most requests in flight for each piece', integer(1, 1024))
    .option(
      '--metrics <port>',
      'serve /metrics for Prometheus there; 0 for any free one',
      integer(0, MAX_PORT),
    )
    .option('--metrics-host <address>', 'where that port listens', '127.0.0.1')
    .option('--json', 'each piece that is begun or over as a JSON object on a line')
    .action((options: WorkerOptions) =>
      run(async (context) => (await import('../fleet/worker.js')).workForFleet(context, options)),
    );
}

function addSteering(fleet: Command, run: Run): void {
  withQueue(fleet.command('list'))
    .description('the runs, the newest first')
    .option('--json', 'a JSON object on each line')
    .action((options: SteeringOptions) =>
      run(async (context) => (await import('../fleet/steering.js')).listRuns(context, options)),
    );
  withQueue(fleet.command('status'))
    .description('how far a run is')
    .argument('<run>', 'its id, or the beginning of it')
    .option('--watch', 'until it is over')
    .option('--json', 'as JSON; with --watch a JSON object on each line')
    .action((asked: string, options: SteeringOptions & { readonly watch?: boolean }) =>
      run(async (context) => (await import('../fleet/steering.js')).showStatus(context, asked, options)),
    );
  const orders: Readonly<Record<Order, string>> = {
    pause: 'let the workers send nothing new for a run',
    resume: 'go on with a run that was paused, or stopped',
    stop: 'end a run: what is in flight is waited for, what is left stays',
    forget: 'forget a run that is over',
  };
  for (const [order, description] of Object.entries(orders) as [Order, string][]) {
    withQueue(fleet.command(order))
      .description(description)
      .argument('<run>', 'its id, or the beginning of it')
      .option('--json', 'as JSON')
      .action((asked: string, options: SteeringOptions) =>
        run(async (context) => (await import('../fleet/steering.js')).give(context, order, asked, options)),
      );
  }
}

function withQueue(command: Command): Command {
  for (const option of withAlias(new Option('--queue <url>', QUEUE))) command.addOption(option);
  return command.option('--fleet <name>', FLEET);
}
