import type { Command } from 'commander';
import type { Run } from '../context.js';
import { EXIT } from '../exit-codes.js';
import { formatBytes, formatObjects } from '../format.js';

export function addDu(program: Command, run: Run): void {
  program
    .command('du')
    .description('count the objects under a prefix and their bytes')
    .argument('<address>')
    .option('--json', 'as JSON')
    .action((address: string, { json }: { readonly json?: boolean }) =>
      run(async ({ output, session, signal }) => {
        const { store, key } = await session.open(address);
        let objects = 0;
        let bytes = 0;
        for await (const { size } of store.list(key, { signal })) {
          objects++;
          bytes += size ?? 0;
        }
        const text = `${formatObjects(objects)}, ${formatBytes(bytes)}`;
        await (json ? output.resultJson({ prefix: key, objects, bytes }) : output.result(text));
        return EXIT.complete;
      }),
    );
}
