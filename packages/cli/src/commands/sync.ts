import type { Command } from 'commander';
import type { Run } from '../context.js';
import { syncFlags, TRANSFER_TABLES } from '../transfer/options.js';
import { addTransferFlags } from './transfer-flags.js';

const EXAMPLES = `
Examples:
  store sync ./site web:                            copy what is missing or differs by size or time
  store sync --delete ./site web:                   and delete what is only in web:; asks
  store sync --delete --dry-run uploads:a/ backup:a/
  store sync --checksum -y uploads: ./copy
The same command goes on with one that was stopped.
`;

export function addSync(program: Command, run: Run): void {
  const command = program
    .command('sync')
    .description('make a target like a source: copy what is missing there or differs')
    .argument('<from>', 'a prefix, a store or a directory')
    .argument('<to>', 'the same; what is under the one comes under the other')
    .action((from: string, to: string, values: Readonly<Record<string, unknown>>) =>
      run(async (context) => {
        const load = () => import('../transfer/perform-sync.js');
        const { performSync } = await context.session.loading(from, load);
        return performSync(context, from, to, syncFlags(values));
      }),
    )
    .addHelpText('after', EXAMPLES);
  addTransferFlags(command, TRANSFER_TABLES.sync);
}
