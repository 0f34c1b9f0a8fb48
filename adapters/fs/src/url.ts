import { readFile, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { StoreError, type UrlScheme, type UrlTarget } from '@store/driver';
import { MARKER } from './root.js';

/**
 * `fs:///dir/key`: the first directory on the way down that is a store is the store, and the rest is the key;
 * when none is, the deepest directory that exists is taken, which is then used if it is empty.
 */
export const fsUrl: UrlScheme = {
  scheme: 'fs',
  async parse(address: string): Promise<UrlTarget> {
    const match = /^fs:\/\/(localhost)?(\/.*)$/s.exec(address);
    const encoded = match?.[2];
    if (encoded === undefined) throw invalid(address, 'it has to look like fs:///directory/key');
    const names = encoded
      .slice(1)
      .split('/')
      .map((name) => decode(name, address));
    let deepest = 0;
    for (let depth = 1; depth <= names.length; depth++) {
      const path = pathOf(names.slice(0, depth));
      if (names[depth - 1] === '' || !(await isDirectory(path))) break;
      deepest = depth;
      if (await isStore(path)) break;
    }
    if (deepest === 0) throw invalid(address, 'there is no such directory');
    return { config: { root: pathOf(names.slice(0, deepest)) }, key: names.slice(deepest).join('/') };
  },
};

function pathOf(names: readonly string[]): string {
  // A drive letter on Windows begins the path itself.
  return /^[A-Za-z]:$/.test(names[0] ?? '') ? names.join(sep) : join(sep, ...names);
}

function decode(name: string, address: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw invalid(address, `${JSON.stringify(name)} is not percent-encoded rightly; write % as %25`);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

async function isStore(path: string): Promise<boolean> {
  return readFile(join(path, MARKER)).then(
    () => true,
    () => false,
  );
}

function invalid(address: string, why: string): StoreError {
  return new StoreError('InvalidArgument', `the address ${JSON.stringify(address)} cannot be used: ${why}`, {
    provider: 'fs',
  });
}
