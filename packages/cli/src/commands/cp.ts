import type { Command } from 'commander';
import type { Context, Run } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { copyFlags, TRANSFER_TABLES } from '../transfer/options.js';
import { fromStdin, STDIO, toStdout } from './stdio.js';
import { addTransferFlags, sourcesAndTarget } from './transfer-flags.js';

type Values = Readonly<Record<string, unknown>>;

const EXAMPLES = `
Examples:
  store cp uploads:a.txt backup:                    one object, under its name
  store cp -r ./site web:                           a directory, as site/…
  store cp -r ./site/ web:                          what is in it
  store cp -r uploads:logs/ ./logs --exclude '*.tmp'
  store cp 'uploads:logs/*.gz' archive:2025/        by a pattern of the last part; quote it
  store cp -r --update uploads: backup:             what is not there yet
  pg_dump db | store cp - backup:db.sql
  store cp uploads:config.json -
`;

export function addCp(program: Command, run: Run): void {
  const command = program
    .command('cp')
    .description(
      "copy objects and files: inside one bucket on the provider's side, else through this machine, checked",
    )
    .usage('[options] <source...> <target>')
    .argument(
      '<address...>',
      'sources: objects, files, with -r directories and prefixes; - is stdin. The last one is the target: with a "/" at its end, a store, or a directory, the last part of each source is added; - is stdout',
    )
    .action((addresses: readonly string[], values: Readonly<Record<string, unknown>>) =>
      run((context) => {
        const { sources, target } = sourcesAndTarget(addresses);
        return cp(context, sources, target, values);
      }),
    )
    .addHelpText('after', EXAMPLES);
  addTransferFlags(command, TRANSFER_TABLES.cp);
}

async function cp(
  context: Context,
  sources: readonly string[],
  target: string,
  values: Values,
): Promise<ExitCode> {
  const flags = copyFlags(values);
  const [source = '', ...others] = sources;
  if (!sources.includes(STDIO) && target !== STDIO) {
    const load = () => import('../transfer/perform-copy.js');
    const { performCopy } = await context.session.loading(source, load);
    return performCopy(context, sources, target, flags);
  }
  if (others.length > 0 || flags.recursive) throw new UsageError('- goes with one source, and without -r');
  const { storageClass, contentType, ifAbsent, maxBytesPerSecond } = flags.transfer;
  if (source !== STDIO) return toStdout(context, source, { maxBytesPerSecond });
  if (target === STDIO) throw new UsageError('stdin to stdout is no copy');
  if (flags.transfer.dryRun) return EXIT.complete;
  return fromStdin(context, target, { storageClass, contentType, ifAbsent, maxBytesPerSecond });
}
