import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The address of what is in a directory. */
export function directoryUrl(path: string): string {
  return pathToFileURL(resolve(path)).href.replace(/\/?$/, '/');
}
