import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';
import type { Command } from 'commander';
import type { Context, Run } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { pair } from '../option-values.js';
import { bytesLine, stopwatch } from '../progress.js';
import { directoryUrl } from './directory-url.js';
import { paced, paceOptions, type PaceOptions } from '../transfer/paced.js';
import { STDIO } from './stdio.js';

const EXAMPLES = `
Examples:
  store put photo.jpg uploads:photos/
  store put -r ./site web:
  pg_dump db | store put - backup:db.sql
`;

interface PutOptions extends PaceOptions {
  readonly recursive?: boolean;
  readonly followLinks?: boolean;
  readonly json?: boolean;
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly ifAbsent?: boolean;
  readonly storageClass?: string;
  readonly tag?: Readonly<Record<string, string>>;
  readonly resume?: boolean;
}

export function addPut(program: Command, run: Run): void {
  const command = program
    .command('put')
    .description('write a file, or stdin, to an object, with -r a directory to a prefix')
    .argument('<file>', '- for stdin')
    .argument('<address>', 'the key; with a "/" at its end, or empty, the name of the file is added')
    .option(
      '-r, --recursive',
      'everything in the directory, under the prefix; as "store cp -r", which has more options',
    )
    .option('-L, --follow-links', 'with -r: copy what symbolic links lead to')
    .option('--content-type <type>', 'MIME type (default: application/octet-stream)')
    .option('--cache-control <value>')
    .option('--metadata <name=value>', 'user metadata; can be repeated', pair)
    .option('--storage-class <name>', "the provider's name of a storage class")
    .option('--tag <name=value>', 'a tag; can be repeated', pair)
    .option(
      '--resume',
      'go on with an upload of this key that was broken off; keep what has arrived on failure',
    )
    .option('--if-absent', 'only when there is no such object yet')
    .option('--json', 'with -r: print the report as JSON')
    .addHelpText('after', EXAMPLES)
    .action((file: string, address: string, given: PutOptions) =>
      run(async (context) => {
        if (given.recursive) return putDirectory(context, file, address, given);
        const { output, session, signal } = context;
        const {
          tag: tags,
          recursive: _recursive,
          followLinks: _links,
          json: _json,
          maxBytesPerSecond,
          ...options
        } = given;
        const target = await session.open(address);
        const directory = target.key === '' || target.key.endsWith('/');
        if (directory && file === '-') throw new UsageError(`${JSON.stringify(address)} names no key`);
        const { body, size } = file === STDIO ? { body: process.stdin } : await openFile(file);
        let sent = 0;
        const elapsedMs = stopwatch();
        using _ = output.show(() => bytesLine('sent', { bytes: sent, total: size }, elapsedMs(), address));
        try {
          const flowing = await paced<Readable>(body, { maxBytesPerSecond }, signal);
          await target.store.put(directory ? target.key + basename(file) : target.key, flowing, {
            ...options,
            tags,
            signal,
            onProgress: ({ bytes }) => {
              sent = bytes;
            },
          });
        } finally {
          body.destroy();
        }
        return EXIT.complete;
      }),
    );
  for (const option of paceOptions) command.addOption(option);
}

async function putDirectory(
  context: Context,
  file: string,
  address: string,
  {
    json,
    recursive = true,
    followLinks,
    contentType,
    storageClass,
    ifAbsent,
    resume,
    maxBytesPerSecond,
    ...others
  }: PutOptions,
): Promise<ExitCode> {
  if (file === STDIO) throw new UsageError('-r takes a directory, and - is stdin');
  const [name] = Object.keys(others);
  if (name !== undefined)
    throw new UsageError(`--${name.replace('cacheControl', 'cache-control')} does not go with -r`);
  const { performCopy } = await import('../transfer/perform-copy.js');
  const transfer = { contentType, storageClass, ifAbsent, resume, maxBytesPerSecond };
  return performCopy(context, [directoryUrl(file)], address, { recursive, followLinks, json, transfer });
}

async function openFile(
  path: string,
): Promise<{ readonly body: Readable; readonly size?: number | undefined }> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw new Error('it is a directory');
    const file = createReadStream(path);
    await once(file, 'open');
    // What a pipe or a device has is not known.
    return { body: file, size: found.isFile() ? found.size : undefined };
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
