import type { Command } from 'commander';
import type { Run } from '../context.js';
import { formatBytes, formatCount, formatObjects } from '../format.js';
import { countLine, stopwatch } from '../progress.js';
import { ListingFilter, listingFlags } from '../listing-filter.js';
import { UnnameableNotes } from '../unnameable-notes.js';

const EXAMPLES = `
Examples:
  store du uploads:logs/
  store du --include '*.gz' --older-than 30d uploads:logs/
`;

export function addDu(program: Command, run: Run): void {
  const command = program
    .command('du')
    .addHelpText('after', EXAMPLES)
    .description('count the objects under a prefix and their bytes')
    .argument('<address>')
    .option('--json', 'as JSON')
    .action((address: string, options: { readonly json?: boolean } & Readonly<Record<string, unknown>>) =>
      run(async ({ output, session, signal }) => {
        const { store, key } = await session.open(address);
        const { json } = options;
        const filter = new ListingFilter(key, options);
        const unnameable = new UnnameableNotes(output);
        let objects = 0;
        let bytes = 0;
        const elapsedMs = stopwatch();
        using shown = output.show(() =>
          countLine('counted', { count: objects, bytes }, elapsedMs(), address),
        );
        for await (const object of store.list(key, {
          ordered: false,
          signal,
          onUnnameable: (entry) => {
            if (filter.hasStrange(entry)) unnameable.tell(entry);
          },
        })) {
          if (!filter.has(object)) continue;
          objects++;
          bytes += object.size ?? 0;
        }
        shown[Symbol.dispose]();
        const { count } = unnameable;
        const text = `${formatObjects(objects)}, ${formatBytes(bytes)}`;
        const beside = count === 0 ? '' : `, and ${formatCount(count)} that cannot be named`;
        await (json
          ? output.resultJson({ prefix: key, objects, bytes, ...(count === 0 ? {} : { unnameable: count }) })
          : output.result(`${text}${beside}`));
        return unnameable.exitCode;
      }),
    );
  for (const flag of listingFlags()) command.addOption(flag);
}
