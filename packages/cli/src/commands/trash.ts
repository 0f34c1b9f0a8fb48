import type { Command } from 'commander';
import { EMPTY_TRASH, emptyTrash, listTrash, type EmptyTrashOptions } from '@store/journal';
import { canAsk, confirm } from '../confirm.js';
import type { Context, Run } from '../context.js';
import { displayKey } from '../display-key.js';
import { failureText } from '../error-text.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { formatBytes, formatObjects } from '../format.js';
import { countLine, stopwatch, troubleParts } from '../progress.js';
import { flagsOf } from '../table-flags.js';

interface LsOptions {
  readonly long?: boolean;
  readonly json?: boolean;
}

interface EmptyOptions {
  readonly yes?: boolean;
  readonly json?: boolean;
}

const STORE = 'the store, as STORE: or a URL';
const BIN = 'what one run put there; default: all';

const EXAMPLES = `
Examples:
  store trash ls uploads:
  store trash empty --older-than 30d uploads:
`;

export function addTrash(program: Command, run: Run): void {
  const trash = program
    .command('trash')
    .addHelpText('after', EXAMPLES)
    .description('what "store rm -r --trash" has put aside');
  trash
    .command('ls')
    .description('list the bins, each with what one run put there')
    .argument('<address>', STORE)
    .argument('[bin]', BIN)
    .option('-l, --long', 'every object')
    .option('--json', 'one JSON document a line')
    .action((address: string, bin: string | undefined, options: LsOptions) =>
      run((context) => list(context, { address, bin }, options)),
    );
  const empty = trash
    .command('empty')
    .description('delete for good what is in the trash')
    .argument('<address>', STORE)
    .argument('[bin]', BIN)
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print the report as JSON')
    .action((address: string, bin: string | undefined, options: EmptyOptions) =>
      run((context) => makeEmpty(context, { address, bin }, options)),
    );
  for (const flag of flagsOf(EMPTY_TRASH.table, () => 'Options:')) empty.addOption(flag);
}

interface Place {
  readonly address: string;
  readonly bin: string | undefined;
}

async function list(
  { output, session, signal }: Context,
  { address, bin }: Place,
  { long = false, json = false }: LsOptions,
): Promise<ExitCode> {
  const store = await openWhole(session, address);
  let sum: { readonly bin: string; readonly count: number; readonly bytes: number } | undefined;
  let looked = 0;
  const elapsedMs = stopwatch();
  // Beside the lines that come while it lists there would be no room on one terminal.
  using _ =
    long && output.oneTerminal
      ? undefined
      : output.show(() => countLine('listed', { count: looked }, elapsedMs()));
  const tellBin = async (): Promise<void> => {
    if (!sum || long) return;
    const { bin: name, count, bytes } = sum;
    await (json
      ? output.jsonLine(sum)
      : output.line(`${name}  ${formatObjects(count)}  ${formatBytes(bytes)}`));
  };
  for await (const object of listTrash(store, { bin, signal })) {
    if (output.closed) break;
    const { key, size = 0, trashedAt } = object;
    looked++;
    if (long) {
      await (json
        ? output.jsonLine(object)
        : output.line(
            `${object.bin}  ${formatBytes(size).padStart(10)}  ${trashedAt.toISOString()}  ${displayKey(key)}`,
          ));
    } else {
      if (sum?.bin !== object.bin) {
        await tellBin();
        sum = { bin: object.bin, count: 0, bytes: 0 };
      }
      sum = { bin: object.bin, count: sum.count + 1, bytes: sum.bytes + size };
    }
  }
  await tellBin();
  return EXIT.complete;
}

async function makeEmpty(
  { output, session, log, signal }: Context,
  { address, bin }: Place,
  options: EmptyOptions,
): Promise<ExitCode> {
  const chosen = { ...EMPTY_TRASH.take({ ...options }), bin, signal };
  const terminal = { stdin: process.stdin, stderr: process.stderr };
  const ask = !options.yes && !chosen.dryRun;
  if (ask && !canAsk(terminal))
    throw new UsageError('trash empty asks before it deletes, and there is no terminal to ask on; use --yes');
  const store = await openWhole(session, address);
  if (ask) {
    const { deleted, bytes } = await watched(output, 'counted', (onProgress) =>
      emptyTrash(store, { ...chosen, dryRun: true, onProgress }),
    );
    output.note(`${formatObjects(deleted)} (${formatBytes(bytes)}) would be gone for good`);
    if (!(await confirm('Delete them?', terminal, signal))) {
      output.note('nothing was deleted');
      return signal.aborted ? EXIT.interrupted : EXIT.failed;
    }
  }
  const report = await watched(output, chosen.dryRun ? 'counted' : 'deleted', (onProgress) =>
    emptyTrash(store, {
      ...chosen,
      onProgress,
      onFailure: (failure) => {
        log.failure(failure);
        output.note(`store: ${failureText(failure)}`);
      },
    }),
  );
  log.account('trash', report);
  const { deleted, kept, failed, bytes, dryRun } = report;
  const what = `${formatObjects(deleted)} (${formatBytes(bytes)})`;
  if (options.json) await output.resultJson(report);
  else {
    await output.result([
      dryRun ? `would delete ${what} for good` : `deleted ${what} for good`,
      ...(kept > 0 ? [`kept: ${formatObjects(kept)}, not old enough`] : []),
      ...(failed > 0 ? [`not deleted: ${formatObjects(failed)}`] : []),
    ]);
  }
  return failed === 0 ? EXIT.complete : EXIT.failed;
}

/** Shows how far an emptying is. */
async function watched<T>(
  output: Pick<Context['output'], 'show'>,
  what: string,
  work: (onProgress: NonNullable<EmptyTrashOptions['onProgress']>) => Promise<T>,
): Promise<T> {
  let progress: Parameters<NonNullable<EmptyTrashOptions['onProgress']>>[0] | undefined;
  const elapsedMs = stopwatch();
  using _ = output.show(() => [
    ...countLine(what, { count: progress?.deleted ?? 0, bytes: progress?.bytes }, elapsedMs()),
    ...troubleParts(progress?.failed ?? 0),
  ]);
  return await work((now) => {
    progress = now;
  });
}

/** The trash is the whole store's. */
async function openWhole(session: Context['session'], address: string) {
  const { store, key } = await session.open(address);
  if (key === '') return store;
  throw new UsageError(`the trash is the whole store's: leave ${JSON.stringify(key)} out`);
}
