import { join } from 'node:path';
import { foreign } from './foreign.js';
import { readable } from './binary.js';
import { directoriesOfSegment, meaningOfName } from './path-encoding.js';
import type { Naming } from './walk.js';

/** The names of a store's own directory: keys are encoded, and what is named in another way is nothing of the store's. */
export function objectNaming(objects: string): Naming {
  return {
    directoryOf(base) {
      const names = base === '' ? [] : base.slice(0, -1).split('/').flatMap(directoriesOfSegment);
      return join(objects, ...names);
    },
    entryOf(found, name) {
      const isDirectory = found.isDirectory();
      const meaning = found.isFile() || isDirectory ? meaningOfName(name, isDirectory) : undefined;
      if (meaning) return { ...meaning, name };
      const bytes = (meaningOfName(name, false) ?? meaningOfName(name, true))?.bytes ?? name;
      return { name: readable(name), bytes, kind: 'foreign', foreign: foreign(found) };
    },
  };
}
