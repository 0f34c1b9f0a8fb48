import type { Command } from 'commander';
import type { Run } from '../context.js';
import { toStdout } from './stdio.js';

const EXAMPLES = `
Examples:
  store cat uploads:config.json | jq .
`;

export function addCat(program: Command, run: Run): void {
  program
    .command('cat')
    .addHelpText('after', EXAMPLES)
    .description('write the content of an object to stdout')
    .argument('<address>')
    .option('--version-id <id>', 'of this version')
    .action((address: string, { versionId }: { readonly versionId?: string }) =>
      run((context) => toStdout(context, address, { versionId })),
    );
}
