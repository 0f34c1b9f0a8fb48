/** By path: whoever changes the file last, of those that wait. */
const last = new Map<string, Promise<unknown>>();

/**
 * Does something with a file when all that was to be done with it before is done, so that what was looked at is what is
 * changed. Within this process, whichever store it goes through; a system that Node runs on has nothing for several.
 */
export async function inTurn<T>(path: string, work: () => Promise<T>): Promise<T> {
  const before = last.get(path);
  const turn = before ? before.then(work, work) : work();
  last.set(path, turn);
  try {
    return await turn;
  } finally {
    if (last.get(path) === turn) last.delete(path);
  }
}
