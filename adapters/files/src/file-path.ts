import { isPart } from './part-files.js';
import { badKey, type Doing } from './refusals.js';

/** Longest name of a file in bytes, on every usual file system. */
const MAX_NAME_BYTES = 255;

/** What is no part of a name on Windows; the backslash would even lead to another directory. */
const NOT_ON_WINDOWS = /[\\:*?"<>|]/;

/** Where the file of a key is below the root. */
export interface FilePath {
  readonly directories: readonly string[];
  readonly name: string;
}

/** The place of a key. @throws StoreError `InvalidArgument` when no file can have it */
export function pathToWrite(key: string, doing: Doing): FilePath {
  const names = key.split('/');
  const why = names.map(misleading).find(Boolean) ?? names.map(impossible).find(Boolean);
  if (why !== undefined) throw badKey(why, doing);
  return { directories: names.slice(0, -1), name: names.at(-1) ?? '' };
}

/**
 * The same, to look for what is there.
 *
 * @returns undefined when there cannot be one, as of `a/` or `a//b`
 * @throws StoreError `InvalidArgument` for what would lead to another file
 */
export function pathToFind(key: string, doing: Doing): FilePath | undefined {
  const names = key.split('/');
  const why = names.map(misleading).find(Boolean);
  if (why !== undefined) throw badKey(why, doing);
  if (names.some(impossible)) return undefined;
  return { directories: names.slice(0, -1), name: names.at(-1) ?? '' };
}

/** Whether a directory can be named so. */
export function isPossible(name: string): boolean {
  return misleading(name) === undefined && impossible(name) === undefined;
}

/** Why a name would mean something else to the system. */
function misleading(name: string): string | undefined {
  if (name === '.' || name === '..') return `${JSON.stringify(name)} leads to another file`;
  if (name.includes('\0')) return 'a NUL ends the name of a file';
  const wrong = process.platform === 'win32' ? NOT_ON_WINDOWS.exec(name)?.[0] : undefined;
  return wrong === undefined ? undefined : `Windows has no ${wrong} in names`;
}

function impossible(name: string): string | undefined {
  if (name === '')
    return 'a file has a name, and so has each directory: no "/" at an end, and no two together';
  const bytes = Buffer.byteLength(name);
  if (bytes > MAX_NAME_BYTES)
    return `the name ${JSON.stringify(name.slice(0, 20))}… has ${bytes} bytes, and the most is ${MAX_NAME_BYTES}`;
  return isPart(name) ? `${JSON.stringify(name)} is the name of a file that is being written` : undefined;
}
