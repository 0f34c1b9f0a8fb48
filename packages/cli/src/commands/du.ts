import type { Command } from 'commander';
import type { Run } from '../context.js';
import { formatBytes, formatCount, formatObjects } from '../format.js';
import { countLine, stopwatch } from '../progress.js';
import { UnnameableNotes } from '../unnameable-notes.js';

const EXAMPLES = `
Examples:
  store du uploads:logs/
`;

export function addDu(program: Command, run: Run): void {
  program
    .command('du')
    .addHelpText('after', EXAMPLES)
    .description('count the objects under a prefix and their bytes')
    .argument('<address>')
    .option('--json', 'as JSON')
    .action((address: string, { json }: { readonly json?: boolean }) =>
      run(async ({ output, session, signal }) => {
        const { store, key } = await session.open(address);
        const unnameable = new UnnameableNotes(output);
        let objects = 0;
        let bytes = 0;
        const elapsedMs = stopwatch();
        using shown = output.show(() =>
          countLine('counted', { count: objects, bytes }, elapsedMs(), address),
        );
        for await (const { size } of store.list(key, {
          ordered: false,
          signal,
          onUnnameable: unnameable.tell,
        })) {
          objects++;
          bytes += size ?? 0;
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
}
