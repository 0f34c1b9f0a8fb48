import type { Command } from 'commander';
import type { Run } from '../context.js';
import { EXIT } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { pair } from '../option-values.js';
import { displayKey } from '../display-key.js';

interface TagsOptions {
  readonly set?: Readonly<Record<string, string>>;
  readonly remove?: boolean;
  readonly versionId?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  store tags uploads:a.txt
  store tags --set project=x --set kind=log uploads:a.txt
`;

export function addTags(program: Command, run: Run): void {
  program
    .command('tags')
    .addHelpText('after', EXAMPLES)
    .description('show the tags of an object, or replace them')
    .argument('<address>')
    .option('--set <name=value>', 'replace all tags by this one; can be repeated', pair)
    .option('--remove', 'remove all tags')
    .option('--version-id <id>', 'of this version')
    .option('--json', 'as JSON')
    .action((address: string, { set, remove, versionId, json }: TagsOptions) =>
      run(async ({ output, session, signal }) => {
        if (set && remove) throw new UsageError('either --set or --remove');
        const { store, key } = await session.openKey(address);
        if (set ?? remove) await store.setTags(key, set ?? {}, { versionId, signal });
        const tags = await store.getTags(key, { versionId, signal });
        if (json) await output.resultJson(tags);
        else {
          const rows = Object.entries(tags).map(
            ([name, value]) => `${displayKey(name)}=${displayKey(value)}`,
          );
          await output.result(rows);
        }
        return EXIT.complete;
      }),
    );
}
