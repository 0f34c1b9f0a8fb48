import { readFile } from 'node:fs/promises';

/**
 * Whether a file's group is that of its owner alone, as many systems make one for each user (and then let new files be
 * written by the group). By the tables of the system itself: a group that is not in them is not private.
 */
export async function isPrivateGroup({
  uid,
  gid,
}: {
  readonly uid: number;
  readonly gid: number;
}): Promise<boolean> {
  const users = await rows('/etc/passwd');
  const owner = users.find(([, , id]) => id === String(uid))?.[0];
  const group = (await rows('/etc/group')).find(([, , id]) => id === String(gid));
  if (owner === undefined || group?.[0] !== owner) return false;
  const members = (group[3] ?? '').split(',').filter((member) => member !== '');
  const primary = users.filter(([, , , id]) => id === String(gid)).map(([name]) => name);
  return [...members, ...primary].every((name) => name === owner);
}

async function rows(path: string): Promise<string[][]> {
  try {
    return (await readFile(path, 'utf8')).split('\n').map((line) => line.split(':'));
  } catch {
    return [];
  }
}
