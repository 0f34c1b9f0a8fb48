import { lstat, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Opening, Session, Target } from '../session.js';
import { pathOf } from './path-of.js';

/** A source or a target of the command line. */
export interface Named extends Target {
  /** Of a link that was followed to a directory: its name, which is not that of the directory. */
  readonly linkName?: string | undefined;
}

/**
 * Opens an address. A link that a path of the command line names is meant as what it leads to, as by `cp`, also where links that
 * are found are not followed.
 *
 * @throws as `Session.open`
 */
export async function openPath(session: Session, address: string, opening: Opening = {}): Promise<Named> {
  const target = await session.open(address, opening);
  const path = pathOf(target);
  if (path === undefined || !(await isLink(path))) return target;
  const isDirectory = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  // To nothing, too: the store says so.
  if (!isDirectory) return session.open(address, { ...opening, followLinks: true });
  return { ...(await session.open(`${address}/`, opening)), address, linkName: basename(path) };
}

async function isLink(path: string): Promise<boolean> {
  // What cannot be looked at is told of by the store.
  return lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}
