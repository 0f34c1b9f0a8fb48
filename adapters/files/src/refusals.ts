import { quoteKey, StoreError } from '@store/driver';
import { kindOf } from '@store/fs/on-disk';

export const PROVIDER = 'files';

/** During which call, with which key. */
export interface Doing {
  readonly operation: string;
  readonly key?: string | undefined;
}

type Looked = Parameters<typeof kindOf>[0];

export function notFound(doing: Doing): StoreError {
  return new StoreError('NotFound', 'there is no such file', { ...doing, provider: PROVIDER });
}

/** For a key that no file can have. */
export function badKey(why: string, doing: Doing): StoreError {
  return new StoreError('InvalidArgument', `no file can have this key: ${why}`, {
    ...doing,
    provider: PROVIDER,
  });
}

/** @param name of the link in its directory */
export function symlinkRefused(name: string, followSymlinks: boolean, doing: Doing): StoreError {
  const why = followSymlinks
    ? 'a symbolic link that leads nowhere'
    : 'a symbolic link, which is only followed with followSymlinks';
  return new StoreError('InvalidArgument', `${JSON.stringify(name)} is ${why}`, {
    ...doing,
    provider: PROVIDER,
  });
}

/** A FIFO, a socket, a device: opening one may wait for ever, and replacing one is no write. */
export function specialRefused(found: Looked, doing: Doing): StoreError {
  return new StoreError('Unsupported', `it is ${kindOf(found)}, and no file`, {
    ...doing,
    provider: PROVIDER,
  });
}

/** Two keys of which one would be the directory of the other. Nothing changes by trying again. */
function inTheWay(what: string, doing: Doing): StoreError {
  return new StoreError('Conflict', what, { ...doing, provider: PROVIDER, retryable: false });
}

/** @param path of the file, below the root */
export function fileInTheWay(path: string, doing: Doing): StoreError {
  return inTheWay(`${quoteKey(path)} is a file, where a directory must be`, doing);
}

/**
 * @param within a name in the directory, to tell it by; undefined when it is empty
 * @param isBare there is nothing but directories in it
 */
export function directoryInTheWay(within: string | undefined, isBare: boolean, doing: Doing): StoreError {
  const found = within === undefined ? 'an empty directory' : `a directory, with ${quoteKey(within)} in it`;
  const hint = isBare ? '; there are only directories in it: remove it' : '';
  return inTheWay(`${quoteKey(doing.key ?? '')} is ${found}, where a file must be${hint}`, doing);
}

export function invalidConfig(message: string): StoreError {
  return new StoreError('InvalidConfig', message, { provider: PROVIDER });
}
