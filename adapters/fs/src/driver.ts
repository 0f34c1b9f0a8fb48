import { pathToFileURL } from 'node:url';
import { DEFAULT_MAX_KEY_BYTES, type StoreDriver } from '@store/driver';
import type { FsConfig } from './config.js';
import { DirectoryObjects } from './directory-objects.js';
import { PROVIDER } from './object-tree.js';

/**
 * A store in a directory.
 *
 * @param path of the directory, absolute
 * @param windowNames how many names of a directory a listing holds in memory; for tests
 */
export function fsDriver(path: string, config: FsConfig, windowNames?: number): StoreDriver {
  const objects = new DirectoryObjects(path, config, windowNames);
  return {
    provider: PROVIDER,
    place: pathToFileURL(path).href.replace(/^file:/, 'fs:'),
    keys: { maxBytes: DEFAULT_MAX_KEY_BYTES },
    list: {
      order: 'utf8',
      maxPageSize: 1000,
      delimiter: 'any',
      page: (request, call) => objects.list(request, call),
    },
    read: {
      head: (request, call) => objects.head(request, call),
      get: (request, call) => objects.get(request, call),
    },
    write: {
      streaming: true,
      ifAbsent: true,
      // Held by one process; another one may write in the moment between the look and the change.
      ifMatch: true,
      storageClasses: false,
      records: true,
      put: (request, call) => objects.put(request, call),
      copy: (request, call) => objects.copy(request, call),
    },
    delete: {
      ifMatch: 'batch',
      passThrough: [],
      one: (target, call) => objects.deleteOne(target, call),
    },
    batch: {
      maxKeys: 1000,
      keys: 'any',
      delete: (targets, call) => objects.deleteBatch(targets, call),
    },
    trash: {
      maxKeys: 1000,
      put: (request, call) => objects.trash.put(request, call),
      page: (request, call) => objects.trash.page(request, call),
      restore: (targets, call) => objects.trash.restore(targets, call),
      purge: (targets, call) => objects.trash.purge(targets, call),
    },
    close: () => objects.close(),
  };
}
