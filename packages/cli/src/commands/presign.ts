import { Option, type Command } from 'commander';
import type { Run } from '../context.js';
import { EXIT } from '../exit.js';
import { duration } from '../option-values.js';

interface PresignOptions {
  readonly method: 'GET' | 'PUT' | 'HEAD' | 'DELETE';
  readonly expires: number;
  readonly contentType?: string;
}

const EXAMPLES = `
Examples:
  store presign --expires 15m uploads:a.txt
`;

export function addPresign(program: Command, run: Run): void {
  program
    .command('presign')
    .addHelpText('after', EXAMPLES)
    .description('make a URL for one request that works without credentials')
    .argument('<address>')
    .addOption(
      new Option('--method <method>', 'what the URL is for')
        .choices(['GET', 'PUT', 'HEAD', 'DELETE'])
        .default('GET'),
    )
    .option('--expires <duration>', 'how long it works, at most 7d', duration, 900_000)
    .option(
      '--content-type <type>',
      'with PUT: the one type that a body may be sent with; with GET: the type of the answer',
    )
    .action((address: string, { method, expires, contentType }: PresignOptions) =>
      run(async ({ output, session, signal }) => {
        const { store, key } = await session.openKey(address);
        const expiresIn = Math.ceil(expires / 1000);
        await output.result(await store.presign(key, { method, expiresIn, contentType, signal }));
        return EXIT.complete;
      }),
    );
}
