import { createWriteStream } from 'node:fs';
import { link, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { quoteKey } from '@store/core';
import type { Context, Run } from '../context.js';
import { EXIT, UsageError, type ExitCode } from '../exit-codes.js';
import { errorCode } from '../system-error.js';

interface GetOptions {
  readonly force?: boolean;
  readonly versionId?: string;
}

export function addGet(program: Command, run: Run): void {
  program
    .command('get')
    .description('write an object to a file')
    .argument('<address>')
    .argument('[file]', 'the file, or a directory for it', '.')
    .option('-f, --force', 'replace a file that is there')
    .option('--version-id <id>', 'of this version')
    .action((address: string, file: string, options: GetOptions) =>
      run((context) => get(context, address, file, options)),
    );
}

async function get(
  { session, signal }: Context,
  address: string,
  file: string,
  options: GetOptions,
): Promise<ExitCode> {
  const { store, key } = await session.openKey(address);
  const path = await destination(file, key);
  if (!options.force && (await exists(path))) throw occupied(path);
  const { body } = await store.get(key, { versionId: options.versionId, signal });
  // Written aside, so that a download that breaks off leaves nothing that looks whole.
  const aside = join(dirname(path), `.${basename(path)}.${process.pid}.part`);
  try {
    await pipeline(body, createWriteStream(aside, { flags: 'wx' }), { signal });
    await (options.force ? rename(aside, path) : publishNew(aside, path));
  } finally {
    await rm(aside, { force: true });
  }
  return EXIT.complete;
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

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function occupied(path: string): UsageError {
  return new UsageError(`${path} is there already; use --force to replace it`);
}
