import { readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { applyEdits, modify, parse, printParseErrorCode, type ParseError } from 'jsonc-parser';
import { StoreError } from '@store/core';

/** Looked for in the current directory and those above it. */
export const CONFIG_NAMES = ['store.config.json', 'store.config.jsonc'] as const;

export interface ConfigFile {
  readonly path: string;
  /** Relative paths in the configuration start here. */
  readonly directory: string;
  /** As parsed, not checked. */
  readonly value: unknown;
}

/**
 * Reads the configuration: the file asked for, else `STORE_CONFIG`, else the nearest one upwards.
 *
 * @throws StoreError `InvalidConfig` when there is none, or it cannot be read
 */
export async function loadConfigFile(asked: string | undefined): Promise<ConfigFile> {
  const given = asked ?? (process.env['STORE_CONFIG'] || undefined);
  if (given !== undefined) return readConfig(resolve(given));
  for (let directory = process.cwd(); ; directory = dirname(directory)) {
    for (const name of CONFIG_NAMES) {
      const found = await readIfThere(join(directory, name));
      if (found) return found;
    }
    if (dirname(directory) === directory) break;
  }
  throw invalid(
    `no configuration: there is no ${CONFIG_NAMES[0]} in this directory or above it; ` +
      'make one, name one with --config, or use a URL such as file:///directory/key',
  );
}

/** Sets values of one store in the file; comments and everything else stay as they are. */
export async function writeSettings(
  { path }: ConfigFile,
  store: string,
  settings: readonly (readonly [path: readonly string[], value: unknown])[],
): Promise<void> {
  let text = await readFile(path, 'utf8');
  for (const [place, value] of settings) {
    const formattingOptions = { insertSpaces: true, tabSize: 2, eol: '\n' };
    text = applyEdits(text, modify(text, ['stores', store, ...place], value, { formattingOptions }));
  }
  const aside = `${path}.${process.pid}.new`;
  await writeFile(aside, text);
  await rename(aside, path);
}

async function readIfThere(path: string): Promise<ConfigFile | undefined> {
  try {
    return await readConfig(path);
  } catch (error) {
    if (error instanceof StoreError && error.providerCode === 'ENOENT') return undefined;
    throw error;
  }
}

async function readConfig(path: string): Promise<ConfigFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    const why = code === 'ENOENT' ? 'there is no such file' : error instanceof Error ? error.message : '';
    throw invalid(`the configuration ${path} cannot be read: ${why}`, code, error);
  }
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true, disallowComments: false });
  const [first] = errors;
  if (first) {
    const before = text.slice(0, first.offset).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
    const words = printParseErrorCode(first.error)
      .replace(/([a-z])([A-Z])/g, '$1 $2')
      .toLowerCase();
    throw invalid(`the configuration ${path} is not JSON at ${place}: ${words}`);
  }
  return { path, directory: dirname(path), value };
}

function invalid(message: string, providerCode?: string, cause?: unknown): StoreError {
  return new StoreError('InvalidConfig', message, { providerCode, cause });
}
