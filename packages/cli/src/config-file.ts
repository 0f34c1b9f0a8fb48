import { chmod, lstat, open, realpath, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { applyEdits, modify } from 'jsonc-parser';
import { StoreError } from '@store/core';
import { whyNotOwn } from './config-owner.js';
import { BYTE_ORDER_MARK, decodeConfig, parseConfig } from './config-text.js';
import { readRegularFile, type RegularFile } from './regular-file.js';
import { errorCode } from './system-error.js';

/** Looked for in the current directory and those above it. */
export const CONFIG_NAMES = ['store.config.json', 'store.config.jsonc'] as const;

/** A thousand stores fit in a part of it; what is larger is some other file. */
const MAX_BYTES = 4 * 1024 * 1024;

export interface ConfigFile {
  readonly path: string;
  /** Relative paths in the configuration start here. */
  readonly directory: string;
  /** As parsed, not checked. */
  readonly value: unknown;
}

/**
 * Reads the configuration: the file asked for, else `STORE_CONFIG`, else the nearest one upwards. One that was found
 * rather than named has to be the user's own: see `config-owner.ts`.
 *
 * @param usual in place of the environment's and the nearest one: treated as one that was found
 * @throws StoreError `InvalidConfig` when there is none, it cannot be read, or somebody else can have written it
 */
export async function loadConfigFile(asked: string | undefined, usual?: string): Promise<ConfigFile> {
  const given = asked ?? (usual === undefined ? process.env['STORE_CONFIG'] || undefined : undefined);
  if (given !== undefined) return parsed(resolve(given), await read(resolve(given)));
  const found = usual ?? (await find(process.cwd()));
  if (found === undefined) {
    throw invalid(
      `no configuration: there is no ${CONFIG_NAMES[0]} in this directory or above it; ` +
        'make one, name one with --config, or use a path such as ./directory/file or a URL such as s3://bucket/key',
    );
  }
  const file = await read(found);
  const why = await whyNotOwn(found, file.stats, usual === undefined ? process.cwd() : dirname(usual));
  if (why !== undefined) {
    throw invalid(
      `the configuration ${found} is not used, because ${why}: it decides where your credentials are sent; ` +
        `if you trust it, name it with --config ${found} or in the environment variable STORE_CONFIG`,
    );
  }
  return parsed(found, file);
}

/**
 * The configuration that {@link loadConfigFile} reads, or where one is to be made: in the place asked for, else in this directory.
 *
 * @throws StoreError as {@link loadConfigFile}
 */
export async function configOrPlace(asked: string | undefined): Promise<ConfigFile | string> {
  const given = asked ?? (process.env['STORE_CONFIG'] || undefined);
  const path = given === undefined ? await find(process.cwd()) : resolve(given);
  if (path === undefined) return resolve(CONFIG_NAMES[0]);
  return (await isThere(path)) ? loadConfigFile(asked) : path;
}

/** Makes a configuration without stores, which only its user can read. */
export async function makeConfigFile(path: string): Promise<ConfigFile> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile('{\n  "stores": {}\n}\n');
  } finally {
    await handle.close();
  }
  return { path, directory: dirname(path), value: { stores: {} } };
}

/** Lets nobody else read it. */
export async function keepPrivate({ path }: ConfigFile): Promise<void> {
  await chmod(await realpath(path), 0o600);
}

/** Sets values of one store in the file; comments and everything else stay as they are. */
export async function writeSettings(
  { path }: ConfigFile,
  store: string,
  settings: readonly (readonly [path: readonly string[], value: unknown])[],
): Promise<void> {
  // A link stays one.
  const target = await realpath(path);
  const { bytes, stats } = await read(target);
  const whole = decodeConfig(bytes, target);
  const mark = whole.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
  let text = whole.slice(mark.length);
  for (const [place, value] of settings) {
    const formattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };
    text = applyEdits(text, modify(text, ['stores', store, ...place], value, { formattingOptions }));
  }
  const aside = `${target}.${process.pid}.new`;
  const handle = await open(aside, 'wx', 0o600);
  try {
    try {
      await handle.writeFile(mark + text);
      await keepAccess(handle, stats);
    } finally {
      await handle.close();
    }
    await rename(aside, target);
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}

/** It may hold secrets, and has to stay its owner's. */
async function keepAccess(handle: FileHandle, { uid, gid, mode }: RegularFile['stats']): Promise<void> {
  const made = await handle.stat();
  if (made.uid !== uid || made.gid !== gid) {
    try {
      await handle.chown(uid, gid);
    } catch (error) {
      if (errorCode(error) !== 'EPERM') throw error;
      // Only root can give a file away. It belongs to whoever asked for the change, and only they can read it.
      return;
    }
  }
  await handle.chmod(mode & 0o777);
}

/** The nearest one: in the directory, or else above it. */
async function find(from: string): Promise<string | undefined> {
  for (let directory = from; ; directory = dirname(directory)) {
    const there: string[] = [];
    for (const name of CONFIG_NAMES) {
      const path = join(directory, name);
      if (await isThere(path)) there.push(path);
    }
    if (there.length > 1) {
      throw invalid(
        `there are two configurations, ${there.join(' and ')}: remove one, or name one with --config`,
      );
    }
    if (there[0] !== undefined || dirname(directory) === directory) return there[0];
  }
}

/** Whether there is anything of this name, be it a link to nothing: that is said then, and nothing else used. */
async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw unreadable(path, error);
  }
}

async function read(path: string): Promise<RegularFile> {
  try {
    return await readRegularFile(path, MAX_BYTES);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function parsed(path: string, { bytes }: RegularFile): ConfigFile {
  return { path, directory: dirname(path), value: parseConfig(decodeConfig(bytes, path), path) };
}

function unreadable(path: string, error: unknown): StoreError {
  const code = errorCode(error);
  const why = code === 'ENOENT' ? 'there is no such file' : error instanceof Error ? error.message : '';
  return invalid(`the configuration ${path} cannot be read: ${why}`, code, error);
}

function invalid(message: string, providerCode?: string, cause?: unknown): StoreError {
  return new StoreError('InvalidConfig', message, { providerCode, cause });
}
