import { StoreError, type StoreEntry } from '@store/core';
import { checkShape } from '@store/core/config';
import { keepPrivate, makeConfigFile, writeSettings, type ConfigFile } from '../config-file.js';
import type { Context } from '../context.js';
import type { FoundStore } from './found-store.js';

/** A store as it will stand in the configuration. */
export interface StoreToWrite {
  readonly name: string;
  readonly entry: StoreEntry;
  /** Those of the environment that it names, with the values that they have to have. */
  readonly variables: Readonly<Record<string, string>>;
}

/** @throws StoreError `InvalidArgument` for what addresses could not begin with */
export function checkStoreName(name: string): void {
  if (name !== '' && name !== 'file' && !/[:/]|^__proto__$/.test(name)) return;
  throw new StoreError('InvalidArgument', `no store can be called ${JSON.stringify(name)}`);
}

/** The variable of the environment that holds a key of a store. */
export function variableOf(name: string, word: string): string {
  return `STORE_${name}_${word.replace(/[A-Z]/g, '_$&')}`.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
}

/**
 * Secrets are variables, unless they are asked for, and those that would be read as a variable.
 *
 * @throws StoreError `InvalidArgument` for a name that no store can have, or what would be read as a variable
 */
export function storeToWrite(
  { name, entry, secrets }: Pick<FoundStore, 'name' | 'entry' | 'secrets'>,
  withSecrets: boolean,
): StoreToWrite {
  checkStoreName(name);
  if (JSON.stringify(entry).includes('${')) {
    throw new StoreError(
      'InvalidArgument',
      `${name} has "\${" in it, which is a variable of the environment here`,
    );
  }
  const variables: Record<string, string> = {};
  const keys: Record<string, string> = {};
  for (const [word, value] of Object.entries(secrets)) {
    if (withSecrets && !value.includes('${')) {
      keys[word] = value;
      continue;
    }
    const variable = variableOf(name, word);
    variables[variable] = value;
    keys[word] = `\${${variable}}`;
  }
  return { name, entry: { ...entry, ...keys }, variables };
}

/** The names of the stores in a configuration, or in one that is to be made. */
export function storesIn(place: ConfigFile | string): readonly string[] {
  return typeof place === 'string' ? [] : Object.keys(checkShape(place.value).stores);
}

/** Writes stores into a configuration, makes it where there is none, and says what was written. */
export async function writeStores(
  { output }: Pick<Context, 'output'>,
  place: ConfigFile | string,
  stores: readonly StoreToWrite[],
  withSecrets: boolean,
): Promise<void> {
  const file = typeof place === 'string' ? await makeConfigFile(place) : place;
  if (withSecrets) await keepPrivate(file);
  for (const { name, entry } of stores) await writeSettings(file, name, [[[], entry]]);
  await output.result(stores.map(({ name, entry }) => `${name}: ${entry.provider}, ${whereOf(entry)}`));
  await output.result(`written to ${file.path}`);
  const variables = stores.flatMap((one) => Object.keys(one.variables));
  if (variables.length > 0)
    await output.result(['set these variables of the environment:', ...variables.map((name) => `  ${name}`)]);
}

function whereOf({ bucket, root }: StoreEntry): string {
  if (typeof bucket === 'string') return `bucket ${bucket}`;
  return typeof root === 'string' ? `directory ${root}` : 'with its own settings';
}
