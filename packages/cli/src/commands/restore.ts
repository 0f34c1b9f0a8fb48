import type { Command } from 'commander';
import type { Run } from '../context.js';
import { EXIT } from '../exit.js';
import { integer } from '../option-values.js';

interface RestoreOptions {
  readonly days: number;
  readonly tier?: string;
  readonly versionId?: string;
}

const EXAMPLES = `
Examples:
  store restore --days 3 archive:2019.tar
`;

export function addRestore(program: Command, run: Run): void {
  program
    .command('restore')
    .addHelpText('after', EXAMPLES)
    .description('ask an archived object back; `stat` shows how far it is')
    .argument('<address>')
    .requiredOption('--days <n>', 'how long the copy stays', integer(1))
    .option('--tier <name>', "how fast, by the provider's name: Standard, Bulk, Expedited, …")
    .option('--version-id <id>', 'of this version')
    .action((address: string, options: RestoreOptions) =>
      run(async ({ session, signal }) => {
        const { store, key } = await session.openKey(address);
        await store.restore(key, { ...options, signal });
        return EXIT.complete;
      }),
    );
}
