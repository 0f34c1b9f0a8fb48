import type { Command } from 'commander';
import type { Run } from '../context.js';
import { copyFlags, TRANSFER_TABLES } from '../transfer/options.js';
import { addTransferFlags, sourcesAndTarget } from './transfer-flags.js';

const EXAMPLES = `
Examples:
  store mv uploads:a.txt uploads:b.txt
  store mv -r uploads:2024/ archive:2024/
  store mv 'uploads:in/*.csv' ./in/

Symbolic links below a source are left out, and stay: a move would delete what
they lead to. The -L of cp copies that.
`;

export function addMv(program: Command, run: Run): void {
  const command = program
    .command('mv')
    .description('move objects and files: copy them, and delete what was copied while it is still the same')
    .usage('[options] <source...> <target>')
    .argument(
      '<address...>',
      'sources: objects, files, with -r directories and prefixes. The last one is the target: with a "/" at its end, a store, or a directory, the last part of each source is added',
    )
    .action((addresses: readonly string[], values: Readonly<Record<string, unknown>>) =>
      run(async (context) => {
        const { sources, target } = sourcesAndTarget(addresses);
        const load = () => import('../transfer/perform-copy.js');
        const { performCopy } = await context.session.loading(sources[0] ?? '', load);
        return performCopy(context, sources, target, copyFlags(values), 'move');
      }),
    )
    .addHelpText('after', EXAMPLES);
  addTransferFlags(command, TRANSFER_TABLES.mv);
}
