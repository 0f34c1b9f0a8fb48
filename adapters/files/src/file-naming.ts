import { dirname, join } from 'node:path';
import { fromBinary, isText, readable, type Entry, type Naming } from '@store/fs/on-disk';
import { lookAt } from './directories.js';
import { lstat, stat } from './file-calls.js';
import { isPossible } from './file-path.js';
import { isPart } from './part-files.js';

/** Names of files are what they are. Symbolic links, unless they are followed, and what is no file are not seen. */
export function fileNaming(root: string, followSymlinks: boolean): Naming {
  return {
    async directoryOf(base) {
      let directory = root;
      for (const name of base === '' ? [] : fromBinary(base).slice(0, -1).split('/')) {
        if (!isPossible(name)) return undefined;
        directory = join(directory, name);
        const found = await lookAt(directory, followSymlinks ? stat : lstat);
        if (!found?.isDirectory()) return undefined;
      }
      return directory;
    },
    async entryOf(found, name, directory) {
      if (found.isSymbolicLink()) return followSymlinks ? followed(root, directory, name) : undefined;
      const isDirectory = found.isDirectory();
      return isDirectory || found.isFile() ? entryFor(name, isDirectory) : undefined;
    },
  };
}

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

/** What a link leads to, unless that is a directory in which it lies: a listing that went there would go in circles. */
async function followed(root: string, directory: string, name: string): Promise<Entry | undefined> {
  if (!isText(name)) return undefined;
  const target = await lookAt(join(directory, fromBinary(name)), stat).catch(() => undefined);
  if (target?.isFile()) return entryFor(name, false);
  if (!target?.isDirectory()) return undefined;
  for (let above = directory; ; above = dirname(above)) {
    const found = await lookAt(above, stat);
    if (!found || (found.ino === target.ino && found.dev === target.dev)) return undefined;
    if (above === root || above === dirname(above)) return entryFor(name, true);
  }
}
