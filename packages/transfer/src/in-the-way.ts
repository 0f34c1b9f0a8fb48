/**
 * Whether an object stands where others are to be, in a store whose keys are paths: `a` is in the way of `a/b`, and `a/b` of `a`.
 *
 * @param wanted the keys that are to be
 */
export function inTheWayOf(wanted: Iterable<string>): (key: string) => boolean {
  const keys = new Set(wanted);
  const above = new Set<string>();
  for (const key of keys) for (const directory of directoriesOf(key)) above.add(directory);
  return (key) => above.has(key) || directoriesOf(key).some((directory) => keys.has(directory));
}

/** `a` and `a/b` of `a/b/c`. */
function directoriesOf(key: string): string[] {
  const found: string[] = [];
  for (let at = key.indexOf('/'); at >= 0; at = key.indexOf('/', at + 1)) found.push(key.slice(0, at));
  return found;
}
