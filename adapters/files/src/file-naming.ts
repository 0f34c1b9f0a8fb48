import type { BigIntStats } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  errnoOf,
  fromBinary,
  isText,
  kindOf,
  readable,
  translate,
  type Entry,
  type FileCalls,
  type Naming,
  type Passed,
} from '@store/fs/on-disk';
import { isPossible } from './file-path.js';
import { isPart } from './part-files.js';

/**
 * Names of files are what they are. Symbolic links, unless they are followed, and what is no file are left out; with links
 * followed, one that leads nowhere or in circles is a failure.
 */
export function fileNaming(calls: FileCalls, root: string, followSymlinks: boolean): Naming {
  return {
    async directoryOf(base) {
      let directory = root;
      for (const name of base === '' ? [] : fromBinary(base).slice(0, -1).split('/')) {
        if (!isPossible(name)) return undefined;
        directory = join(directory, name);
        const found = await calls.lookAt(directory);
        const isLink = found?.isSymbolicLink();
        if (isLink && !followSymlinks) return LINK;
        const behind = isLink ? await behindLink(calls, directory) : found;
        if (typeof behind === 'string') return brokenLink(behind);
        if (!behind?.isDirectory()) return undefined;
      }
      return directory;
    },
    async entryOf(found, name, directory) {
      if (found.isSymbolicLink()) return linkEntry(calls, root, directory, name, followSymlinks);
      const isDirectory = found.isDirectory();
      if (isDirectory || found.isFile()) return entryFor(name, isDirectory);
      return passedEntry(name, { kind: wordFor(found) });
    },
  };
}

const LINK = { kind: 'symbolic link', directory: true };

function entryFor(name: string, isDirectory: boolean): Entry | undefined {
  const bytes = isDirectory ? `${name}/` : name;
  if (!isText(name)) {
    const message = `the name of this ${isDirectory ? 'directory' : 'file'} is not UTF-8, and no key can name it`;
    const foreign = { code: 'Unsupported', message, retryable: false } as const;
    return { name: readable(name), bytes, kind: 'foreign', foreign };
  }
  const text = fromBinary(name);
  if (isDirectory) return { name: text, bytes, kind: 'directory' };
  return isPart(text) ? undefined : { name: text, bytes, kind: 'object' };
}

function passedEntry(name: string, passed: Passed): Entry {
  return { name: readable(name), bytes: name, kind: 'foreign', passed };
}

/** What a link leads to, unless that is a directory in which it lies: a listing that went there would go in circles. */
async function linkEntry(
  calls: FileCalls,
  root: string,
  directory: string,
  name: string,
  followSymlinks: boolean,
): Promise<Entry | undefined> {
  const path = isText(name) ? join(directory, fromBinary(name)) : undefined;
  const behind = path === undefined ? 'its name is no text' : await behindLink(calls, path);
  if (!followSymlinks)
    return passedEntry(name, { ...LINK, directory: typeof behind !== 'string' && behind.isDirectory() });
  // What has no key as it is has none behind a link.
  if (path === undefined) return entryFor(name, false);
  if (typeof behind === 'string') return passedEntry(name, brokenLink(behind));
  if (behind.isFile()) return entryFor(name, false);
  if (!behind.isDirectory()) return passedEntry(name, { kind: wordFor(behind) });
  for (let above = directory; ; above = dirname(above)) {
    const found = await calls.lookThrough(above);
    if (!found) return undefined;
    if (found.ino === behind.ino && found.dev === behind.dev)
      return passedEntry(name, brokenLink('it leads to a directory in which it is itself', true));
    if (above === root || above === dirname(above)) return entryFor(name, true);
  }
}

/** What is behind a link, or why nobody can tell. */
async function behindLink(calls: FileCalls, path: string): Promise<BigIntStats | string> {
  try {
    return (await calls.lookThrough(path)) ?? 'it leads nowhere';
  } catch (error) {
    if (errnoOf(error) === 'ELOOP') return 'it leads in circles';
    return `what is behind it cannot be looked at (${translate(error, 'list').reason})`;
  }
}

function brokenLink(why: string, directory = false): Passed {
  const failure = { code: 'InvalidArgument', message: `a symbolic link: ${why}`, retryable: false } as const;
  return { ...LINK, directory, failure };
}

/** `socket`, of a socket. */
function wordFor(found: Parameters<typeof kindOf>[0]): string {
  return kindOf(found).replace(/^an? /, '');
}
