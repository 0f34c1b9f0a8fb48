import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { quoteKey, StoreError } from '@store/core';
import type { Job, JobOutcome } from '@store/oss';
import type { Run } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { formatCount } from '../format.js';
import { list } from '../list-option.js';
import { integer } from '../option-values.js';
import type { Output, Shown } from '../output.js';
import { stopwatch, waitLine } from '../progress.js';
import { displayKey } from '../display-key.js';

interface Json {
  readonly json?: boolean;
}

const STORE = 'a store, or a URL, of the account and region';

const EXAMPLES = `
Examples:
  store job list uploads
  store job show --wait uploads 7c1a
`;

export function addJob(program: Command, run: Run): void {
  const job = program
    .command('job')
    .addHelpText('after', EXAMPLES)
    .description('batch jobs, which the provider carries out by itself');
  addChanges(job, run);
  addViews(job, run);
}

function addChanges(job: Command, run: Run): void {
  job
    .command('create')
    .description('create a job by its description; prints the id')
    .argument('<address>', STORE)
    .argument('<file>', 'the description as JSON; docs/adapters/oss.md tells its fields')
    .action((address: string, file: string) =>
      run(async ({ output, session, signal }) => {
        const { jobs } = await session.openJobs(storeAddress(address));
        using _ = waiting(output, address);
        await output.result(await jobs.create(await readDescription(file), { signal }));
        return EXIT.complete;
      }),
    );
  job
    .command('confirm')
    .description('let a job begin that waits for it')
    .argument('<address>', STORE)
    .argument('<id>')
    .action((address: string, id: string) =>
      run(async ({ output, session, signal }) => {
        const { jobs } = await session.openJobs(storeAddress(address));
        using _ = waiting(output, address);
        await jobs.confirm(id, { signal });
        await output.result(`${id} is confirmed`);
        return EXIT.complete;
      }),
    );
  job
    .command('cancel')
    .description('end a job, which takes a while; what it has done stays done')
    .argument('<address>', STORE)
    .argument('<id>')
    .option('--reason <text>', 'is kept with the job', 'cancelled by store job cancel')
    .action((address: string, id: string, { reason }: { readonly reason: string }) =>
      run(async ({ output, session, signal }) => {
        const { jobs } = await session.openJobs(storeAddress(address));
        using _ = waiting(output, address);
        await jobs.cancel(id, reason, { signal });
        await output.result(`${id} is being cancelled`);
        return EXIT.complete;
      }),
    );
  job
    .command('priority')
    .description('jobs with a higher one go first')
    .argument('<address>', STORE)
    .argument('<id>')
    .argument('<priority>', 'a whole number', integer(0))
    .action((address: string, id: string, priority: number) =>
      run(async ({ output, session, signal }) => {
        const { jobs } = await session.openJobs(storeAddress(address));
        using _ = waiting(output, address);
        await jobs.updatePriority(id, priority, { signal });
        await output.result(`${id} has priority ${priority}`);
        return EXIT.complete;
      }),
    );
}

function addViews(job: Command, run: Run): void {
  job
    .command('list')
    .description('the jobs, one on a line')
    .argument('<address>', STORE)
    .option('--status <status>', 'only jobs with this status; can be repeated', list)
    .option('--json', 'a JSON object on each line')
    .action((address: string, { status, json }: Json & { readonly status?: readonly string[] }) =>
      run(async ({ output, session, signal }) => {
        const { jobs } = await session.openJobs(storeAddress(address));
        using _ = waiting(output, address);
        for await (const one of jobs.list(status, { signal })) {
          await (json ? output.jsonLine(one) : output.line(jobLine(one)));
        }
        return EXIT.complete;
      }),
    );
  job
    .command('show')
    .description('one job')
    .argument('<address>', STORE)
    .argument('<id>')
    .option('--wait', 'until it has ended, or waits for a confirmation')
    .option('--poll <seconds>', 'with --wait: how often it is looked at (default: 10)', integer(1))
    .option('--json', 'as JSON')
    .action(
      (
        address: string,
        id: string,
        { wait, poll = 10, json }: Json & { readonly wait?: boolean; readonly poll?: number },
      ) =>
        run(async ({ output, session, signal }) => {
          const { jobs } = await session.openJobs(storeAddress(address));
          let now: Job | undefined;
          const onProgress = (job: Job): void => {
            now = job;
          };
          using _ = waiting(output, address, () => now);
          const one = wait
            ? await jobs.wait(id, { pollMs: poll * 1000, signal, onProgress })
            : await jobs.describe(id, { signal });
          await (json ? output.resultJson(one) : output.result(jobLine(one)));
          return one.failure ? EXIT.failed : EXIT.complete;
        }),
    );
  job
    .command('report')
    .description('what became of each object, by the final report of a job')
    .argument('<address>', STORE)
    .argument('<id>')
    .requiredOption('--reports <address>', "the report's bucket, as a store or URL")
    .option('--json', 'as JSON')
    .action((address: string, id: string, { reports, json }: Json & { readonly reports: string }) =>
      run(async ({ output, session, signal }) => {
        const { jobs } = await session.openJobs(storeAddress(address));
        using _ = waiting(output, address);
        const { store } = await session.open(storeAddress(reports));
        const outcome = await jobs.readReport(store, await jobs.describe(id, { signal }), { signal });
        if (json) await output.resultJson(outcome);
        else await output.result(outcomeLines(outcome));
        return exitCodeOfOutcome(outcome);
      }),
    );
}

/** Says that the service has been asked: it takes its time. @param now how the job was that is waited for, when it was last looked at */
function waiting(
  output: Pick<Output, 'show'>,
  address: string,
  now: () => Job | undefined = () => undefined,
): Shown {
  const elapsedMs = stopwatch();
  return output.show(() => {
    const job = now();
    return waitLine(job ? jobLine(job) : `waiting for the jobs of ${address}`, elapsedMs());
  });
}

/** One line: id, status, tasks, what it is. */
export function jobLine({ jobId, status, tasks, failure, description }: Job): string {
  const done = tasks && tasks.succeeded + tasks.failed;
  return [
    jobId,
    status,
    ...(tasks && done !== undefined ? [`${formatCount(done)} of ${formatCount(tasks.total)} tasks`] : []),
    ...(tasks && tasks.failed > 0 ? [`${formatCount(tasks.failed)} failed`] : []),
    ...(failure ? [`${failure.code}: ${failure.reason}`] : []),
    ...(description ? [displayKey(description)] : []),
  ].join(' · ');
}

/** What became of a job's tasks. */
export function* outcomeLines(outcome: JobOutcome): Generator<string> {
  const { jobId, status, succeeded, failed, unaccounted, failures } = outcome;
  const counts = [`${formatCount(succeeded)} succeeded`, `${formatCount(failed)} failed`];
  if (unaccounted > 0) counts.push(`${formatCount(unaccounted)} not in the report`);
  yield `job ${jobId} is ${status}: ${counts.join(', ')}`;
  for (const [code, count] of Object.entries(failures.byCode)) yield `  ${code}: ${formatCount(count)}`;
  for (const { key, message } of failures.sample) yield `  ${quoteKey(key)}: ${message}`;
}

/** A task that failed, or that nobody knows about, is a failure. */
export function exitCodeOfOutcome({ failed, unaccounted }: JobOutcome): ExitCode {
  return failed === 0 && unaccounted === 0 ? EXIT.complete : EXIT.failed;
}

/** A store's name alone will do. */
function storeAddress(address: string): string {
  return address.includes(':') ? address : `${address}:`;
}

async function readDescription(file: string): Promise<object> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreError('InvalidArgument', `${file} is no description of a job: ${reason}`, {
      cause: error,
    });
  }
  if (typeof value === 'object' && value !== null) return value;
  throw new UsageError(`${file} is no description of a job: it has no JSON object`);
}
