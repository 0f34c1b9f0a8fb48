import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The address of a directory; with a `/` at the end of the path, or with `.` or `..` there, of what is in it. */
export function directoryUrl(path: string): string {
  const href = pathToFileURL(resolve(path)).href;
  return /(^|[/\\])\.{0,2}$/.test(path) ? href.replace(/\/?$/, '/') : href;
}
