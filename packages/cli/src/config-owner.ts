import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isPrivateGroup } from './private-group.js';

const OTHERS_WRITE = 0o002;
const GROUP_WRITES = 0o020;
/** In a directory with this bit, nobody but a file's owner can remove or replace it. */
const STICKY = 0o1000;

/**
 * Why a configuration that was found, not named, is not to be used: somebody else can have written it, or can replace
 * it. It decides where the credentials of the environment are sent, so it has to be the user's own, as a repository
 * has to be for git (`safe.directory`): the file, its directory, and those from there to the current one.
 *
 * For root, files of root and of the user who called `sudo` are its own. Undefined where nothing speaks against it, and
 * on Windows, where the system does not tell owners this way.
 *
 * @param file the facts of what was opened
 */
export async function whyNotOwn(
  path: string,
  file: Stats,
  currentDirectory: string,
): Promise<string | undefined> {
  const uids = ownUids();
  if (!uids) return undefined;
  const link = await lstat(path);
  if (link.isSymbolicLink() && !uids.has(link.uid)) return `the link ${path} belongs to ${userOf(link)}`;
  const why = await objection(`the file ${path}`, file, uids);
  if (why !== undefined) return why;
  for (const directory of directoriesBetween(dirname(path), currentDirectory)) {
    const objected = await objection(`the directory ${directory}`, await lstat(directory), uids);
    if (objected !== undefined) return objected;
  }
  return undefined;
}

async function objection(what: string, stats: Stats, uids: ReadonlySet<number>): Promise<string | undefined> {
  if (!uids.has(stats.uid)) return `${what} belongs to ${userOf(stats)}, not to you`;
  if (stats.isDirectory() && (stats.mode & STICKY) !== 0) return undefined;
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
  if ((stats.mode & OTHERS_WRITE) !== 0) return `${what} can be written by everybody (mode ${mode})`;
  if ((stats.mode & GROUP_WRITES) !== 0 && !(await isPrivateGroup(stats))) {
    return `${what} can be written by the group ${stats.gid} (mode ${mode})`;
  }
  return undefined;
}

/** From the outermost to the innermost. */
function directoriesBetween(outer: string, inner: string): string[] {
  const directories: string[] = [inner];
  for (let directory = inner; directory !== outer && dirname(directory) !== directory;) {
    directory = dirname(directory);
    directories.unshift(directory);
  }
  return directories;
}

function ownUids(): ReadonlySet<number> | undefined {
  const uid = process.geteuid?.();
  if (uid === undefined) return undefined;
  const caller = /^\d{1,10}$/.exec(process.env['SUDO_UID'] ?? '')?.[0];
  return new Set(uid === 0 && caller !== undefined ? [uid, Number(caller)] : [uid]);
}

function userOf({ uid }: Stats): string {
  return `the user ${uid}`;
}
