import type { Command } from 'commander';
import type { Run } from '../context.js';
import { EXIT } from '../exit.js';

export function addCat(program: Command, run: Run): void {
  program
    .command('cat')
    .description('write the content of an object to stdout')
    .argument('<address>')
    .option('--version-id <id>', 'of this version')
    .action((address: string, { versionId }: { readonly versionId?: string }) =>
      run(async ({ output, session, signal }) => {
        const { store, key } = await session.openKey(address);
        const { body } = await store.get(key, { versionId, signal });
        for await (const chunk of body as AsyncIterable<Uint8Array>) {
          await output.bytes(chunk);
          if (output.closed) break;
        }
        return EXIT.complete;
      }),
    );
}
