import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { link, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { diskTrouble, systemReason } from '@store/driver/extend';
import type { Command } from 'commander';
import { quoteKey, StoreError } from '@store/core';
import type { Context, Run } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { fileTarget, openPlainly, type FileTarget } from '../file-target.js';
import { errorCode } from '../system-error.js';
import { bytesLine, stopwatch } from '../progress.js';
import { directoryUrl } from './directory-url.js';
import { paced, paceOptions, type PaceOptions } from '../transfer/paced.js';
import { STDIO, toStdout } from './stdio.js';

const EXAMPLES = `
Examples:
  store get uploads:a.txt
  store get -r uploads:logs/ ./logs
  store get uploads:config.json - | jq .
`;

interface GetOptions extends PaceOptions {
  readonly recursive?: boolean;
  readonly json?: boolean;
  readonly force?: boolean;
  readonly versionId?: string;
}

export function addGet(program: Command, run: Run): void {
  const command = program
    .command('get')
    .description('write an object to a file, with -r everything under a prefix to a directory')
    .argument('<address>')
    .argument('[file]', 'the file, or a directory for it; - is stdout', '.')
    .option(
      '-r, --recursive',
      'everything under the prefix, into the directory; as "store cp -r", which has more options',
    )
    .option('-f, --force', 'replace files that are there')
    .option('--version-id <id>', 'of this version')
    .option('--json', 'with -r: print the report as JSON')
    .addHelpText('after', EXAMPLES)
    .action((address: string, file: string, options: GetOptions) =>
      run((context) => getAny(context, address, file, options)),
    );
  for (const option of paceOptions) command.addOption(option);
}

async function getAny(
  context: Context,
  address: string,
  file: string,
  options: GetOptions,
): Promise<ExitCode> {
  const { force, json, versionId, recursive, maxBytesPerSecond } = options;
  if (!recursive)
    return file === STDIO ? toStdout(context, address, options) : get(context, address, file, options);
  if (versionId !== undefined) throw new UsageError('--version-id does not go with -r');
  if (file === STDIO) throw new UsageError('-r writes to a directory, and - is stdout');
  const { performCopy } = await import('../transfer/perform-copy.js');
  const flags = { recursive, json, transfer: { ifAbsent: !force || undefined, maxBytesPerSecond } };
  return performCopy(context, [address], directoryUrl(`${file}/`), flags);
}

async function get(
  { output, session, signal }: Context,
  address: string,
  file: string,
  options: GetOptions,
): Promise<ExitCode> {
  const { store, key } = await session.openKey(address);
  const path = await destination(file, key);
  const target = await targetAt(path);
  let bytes = 0;
  let total: number | undefined;
  const elapsedMs = stopwatch();
  using _ = output.show(() => bytesLine('received', { bytes, total }, elapsedMs(), address));
  const read = async (): Promise<AsyncIterable<Uint8Array>> => {
    const { info, body } = await store.get(key, { versionId: options.versionId, signal });
    total = info.size;
    return paced<AsyncIterable<Uint8Array>>(body, options, signal);
  };
  async function* counted(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of body) {
      bytes += chunk.length;
      yield chunk;
    }
  }
  if ('writeTo' in target) {
    const stream = await openPlainly(target, { signal, onWait: (text) => output.note(text) });
    try {
      await pipeline(await read(), counted, stream, { signal });
    } catch (error) {
      throw written(path, error);
    } finally {
      stream.destroy();
    }
    return EXIT.complete;
  }
  const { replace, there } = target;
  if (!options.force && there) throw occupied(path);
  // Written aside, so that a download that breaks off leaves nothing that looks whole.
  const aside = join(dirname(replace), `.${basename(replace)}.${process.pid}.part`);
  const stream = createWriteStream(aside, { flags: 'wx' });
  await once(stream, 'open').catch((error: unknown) => Promise.reject(unwritable(path, error)));
  try {
    await pipeline(await read(), counted, stream, { signal });
    await (options.force ? rename(aside, replace) : publishNew(aside, replace));
  } catch (error) {
    throw written(path, error);
  } finally {
    stream.destroy();
    await rm(aside, { force: true });
  }
  return EXIT.complete;
}

async function targetAt(path: string): Promise<FileTarget> {
  try {
    return await fileTarget(path);
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): UsageError {
  return new UsageError(`${path} cannot be written: ${systemReason(error)}`);
}

/** What it means that a file could not be written to its end; other errors are what they are. */
function written(path: string, cause: unknown): unknown {
  if (diskTrouble(errorCode(cause)) === undefined) return cause;
  const message = `${path} was not written: ${systemReason(cause)}`;
  return new StoreError('Unavailable', message, { operation: 'get', retryable: false, cause });
}

async function publishNew(aside: string, path: string): Promise<void> {
  try {
    await link(aside, path);
  } catch (error) {
    throw errorCode(error) === 'EEXIST' ? occupied(path) : error;
  }
}

/** A directory gets a file named by the last part of the key. */
async function destination(file: string, key: string): Promise<string> {
  const path = resolve(file);
  const directory = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!directory) return path;
  const name = key.slice(key.lastIndexOf('/') + 1);
  // The key is the store's, not the user's: it must not choose a place.
  if (['', '.', '..'].includes(name) || name.includes('\\') || name.includes('\0')) {
    throw new UsageError(`no file name can be made of the key ${quoteKey(key)}; name the file`);
  }
  return join(path, name);
}

function occupied(path: string): UsageError {
  return new UsageError(`${path} is there already; use --force to replace it`);
}
