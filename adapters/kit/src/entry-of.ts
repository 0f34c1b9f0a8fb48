/**
 * What a table has under a name that a service gave. Only its own: every object also answers to `constructor` and
 * `__proto__`.
 */
export function entryOf<T>(table: Readonly<Record<string, T>>, name: string | undefined): T | undefined {
  return name !== undefined && Object.hasOwn(table, name) ? table[name] : undefined;
}
