import { realpath } from 'node:fs/promises';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { StoreError, type UrlScheme, type UrlTarget } from '@store/driver';
import { FileCalls } from '@store/fs/on-disk';
import { PROVIDER } from './refusals.js';
import { storeRootHint, storeRootOf } from './store-root.js';

/**
 * `file:///dir/name`, or `file:dir/name` from the current directory on: the directory that holds what is named is the store,
 * and the name is the key, with `/` behind it for a directory. Of what is not there, the nearest directory above that is; of a pattern, the
 * one above the directory of what it means.
 */
export const fileUrl: UrlScheme = {
  scheme: 'file',
  async parse(address: string): Promise<UrlTarget> {
    const encoded = /^file:(?:\/\/(?:localhost)?(?=\/))?(?!\/\/)(.+)$/s.exec(address)?.[1];
    if (encoded === undefined) throw invalid(address, 'it has to look like file:///directory/name');
    const names = encoded.split('/').map((name) => decode(name, address));
    const path = resolve(names.join('/'));
    const asDirectory = ['', '.', '..'].includes(names.at(-1) ?? '');
    const { root, key } = await split(path, asDirectory);
    const storeRoot = await storeRootOf(path);
    if (storeRoot !== undefined) throw invalid(address, storeRootHint(path, storeRoot));
    // As by `cp` and its like, the system writes when it thinks fit.
    return { config: { root, fsync: false }, key };
  },
};

async function split(path: string, asDirectory: boolean): Promise<{ root: string; key: string }> {
  const calls = new FileCalls(path);
  const found = await calls.lookAt(path);
  const [above, name] = [dirname(path), basename(path)];
  if (!found && name.includes('*') && (await isDirectory(calls, above))) {
    // What files a pattern means lies in the directory that is named before it: that is a part of a store, not all of one.
    const within = await realpath(above);
    return { root: dirname(within), key: within === dirname(within) ? name : `${basename(within)}/${name}` };
  }
  // A link to a directory is itself what is named, unless there is a `/` behind it.
  const isLinked = asDirectory && found?.isSymbolicLink() && (await isDirectory(calls, path));
  const real = isLinked ? await realpath(path) : path;
  let root = dirname(real);
  while (!(await isDirectory(calls, root)) && root !== dirname(root)) root = dirname(root);
  const key = relative(root, real).split(sep).join('/');
  const isPrefix = asDirectory || found?.isDirectory();
  return { root, key: isPrefix && key !== '' ? `${key}/` : key };
}

async function isDirectory(calls: FileCalls, path: string): Promise<boolean> {
  return (await calls.lookThrough(path))?.isDirectory() ?? false;
}

function decode(name: string, address: string): string {
  let decoded: string;
  try {
    decoded = decodeURIComponent(name);
  } catch {
    throw invalid(address, `${JSON.stringify(name)} is not percent-encoded rightly; write % as %25`);
  }
  if (/[/\0]/.test(decoded)) throw invalid(address, `no file has the name ${JSON.stringify(decoded)}`);
  return decoded;
}

function invalid(address: string, why: string): StoreError {
  return new StoreError('InvalidArgument', `the address ${JSON.stringify(address)} cannot be used: ${why}`, {
    provider: PROVIDER,
  });
}
