import { pathToFileURL } from 'node:url';
import type { StoreDriver } from '@store/driver';
import type { FilesConfig } from './config.js';
import { DirectoryFiles } from './directory-files.js';
import type { FilesDriverSettings } from './driver-settings.js';
import { PROVIDER } from './refusals.js';

/** Of the longest path, in bytes. */
const MAX_PATH_BYTES = process.platform === 'linux' ? 4096 : 1024;

/** Bytes that a path needs beside root and key: the name of a file that is being written is longer than some. */
const AROUND_A_KEY = 64;

/**
 * The files of a directory.
 *
 * @param path of the directory, absolute
 */
export function filesDriver(
  path: string,
  config: Omit<FilesConfig, 'root'>,
  settings: FilesDriverSettings = {},
): StoreDriver {
  const files = new DirectoryFiles(path, config, settings);
  return {
    provider: PROVIDER,
    place: pathToFileURL(path).href,
    keys: { maxBytes: MAX_PATH_BYTES - AROUND_A_KEY - Buffer.byteLength(path), paths: true },
    list: {
      order: 'utf8',
      maxPageSize: 1000,
      delimiter: 'any',
      page: (request, call) => files.list(request, call),
    },
    read: {
      head: (request, call) => files.head(request, call),
      get: (request, call) => files.get(request, call),
    },
    write: {
      streaming: true,
      ifAbsent: true,
      // Replacing on condition of an ETag would need locks between processes.
      ifMatch: false,
      storageClasses: false,
      metadata: false,
      lastModified: true,
      put: (request, call) => files.put(request, call),
      copy: (request, call) => files.copy(request, call),
    },
    delete: {
      ifMatch: false,
      passThrough: [],
      one: (target, call) => files.deleteOne(target, call),
    },
    batch: {
      maxKeys: 1000,
      keys: 'any',
      delete: (targets, call) => files.deleteBatch(targets, call),
    },
    close: () => files.close(),
  };
}
