import { metadataOf } from '@store/core';
import type { Command } from 'commander';
import type { Run } from '../context.js';
import { EXIT } from '../exit.js';

interface CpOptions {
  readonly storageClass?: string;
}

export function addCp(program: Command, run: Run): void {
  program
    .command('cp')
    .description("copy an object; inside one store on the provider's side, else through this machine")
    .argument('<from>')
    .argument('<to>', 'the key; with a "/" at its end, or empty, the last part of the key is added')
    .option('--storage-class <name>', "of the copy, by the provider's name")
    .action((fromAddress: string, toAddress: string, { storageClass }: CpOptions) =>
      run(async ({ session, signal }) => {
        const from = await session.openKey(fromAddress);
        const to = await session.open(toAddress);
        const directory = to.key === '' || to.key.endsWith('/');
        const key = directory ? to.key + from.key.slice(from.key.lastIndexOf('/') + 1) : to.key;
        if (from.store === to.store) {
          await from.store.copy(from.key, key, { storageClass, signal });
          return EXIT.complete;
        }
        const { info, body } = await from.store.get(from.key, { signal });
        try {
          await to.store.put(key, body, {
            ...metadataOf(info),
            storageClass,
            signal,
          });
        } finally {
          body.destroy();
        }
        return EXIT.complete;
      }),
    );
}
