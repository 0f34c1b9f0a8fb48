import { quoteKey, type ObjectStore } from '@store/core';
import type { KeyPairs, Place } from '@store/transfer';
import { UsageError } from '../exit-codes.js';
import { checkBraces, withBelow } from '../last-part-pattern.js';
import { fileUrlOf } from '../local-path.js';
import type { Session, Target } from '../session.js';
import { openPath, type Named } from './open-path.js';

/** One run of the library: everything under a prefix, or objects by name. */
export type Job =
  | {
      readonly from: Place;
      readonly to: Place;
      /** Only these, where the source is a pattern. */
      readonly include?: readonly string[] | undefined;
      /** The source as it was given. */
      readonly address: string;
      /** There is an object of the very name, which is copied too. */
      readonly isBeside?: boolean | undefined;
    }
  | { readonly from: ObjectStore; readonly to: ObjectStore; readonly pairs: KeyPairs };

/**
 * What `cp SOURCE… TARGET` means. A target that ends in `/`, or is a store or a directory, gets the last part of the name of
 * each source; with `recursive` a source that ends in `/` has none, and gives what is under it.
 *
 * @param how `move`: the sources are deleted, and nothing may be replaced that came from another of them
 *
 * @throws UsageError
 */
export async function jobsOf(
  session: Session,
  sources: readonly string[],
  target: string,
  {
    recursive,
    move,
    followLinks,
  }: { readonly recursive: boolean; readonly move: boolean; readonly followLinks?: boolean | undefined },
): Promise<readonly Job[]> {
  // What a move has written must not be lost when its source is gone.
  const to = await openPath(session, target, { durable: move });
  if (sources.length > 1 && !isDirectory(to))
    throw new UsageError(
      `with several sources the target is a directory: end ${JSON.stringify(target)} with "/"`,
    );
  const jobs: Extract<Job, { readonly address: string }>[] = [];
  const named = new Map<ObjectStore, (readonly [string, string])[]>();
  const name = (from: Target): void => {
    const pairs = named.get(from.store) ?? [];
    named.set(from.store, pairs);
    pairs.push([from.key, isDirectory(to) ? to.key + lastPart(from.key) : to.key]);
  };
  for (const address of sources) {
    const from = await openPath(session, address, { followLinks, durable: move });
    const pattern = lastPart(from.key);
    if (pattern.includes('*')) {
      checkBraces(from.key, address);
      jobs.push({
        from: { store: from.store, prefix: from.key.slice(0, from.key.length - pattern.length) },
        to: { store: to.store, prefix: asPrefix(to.key) },
        include: [recursive ? withBelow(pattern) : pattern],
        address,
      });
    } else if (recursive) {
      const isBeside = !isDirectory(from) && (await from.store.exists(from.key));
      if (isBeside) name(from);
      const prefix = asPrefix(from.key);
      jobs.push({
        from: { store: from.store, prefix },
        to: { store: to.store, prefix: isDirectory(to) ? to.key + nameOf(from) : asPrefix(to.key) },
        address,
        isBeside,
      });
    } else if (isDirectory(from)) {
      throw new UsageError(`${JSON.stringify(address)} names no object; use -r for everything under it`);
    } else name(from);
  }
  checkTargetsApart(named, jobs, move ? target : undefined);
  return [...Array.from(named, ([from, pairs]) => ({ from, to: to.store, pairs })), ...jobs];
}

/**
 * Of two sources that go to one name only the second would be left. Objects by name are refused in any case; what is under prefixes is
 * listed later, so a move, which deletes the first, is refused where it could happen.
 *
 * @param movedTo the target of a move, as it was given
 * @throws UsageError
 */
function checkTargetsApart(
  named: ReadonlyMap<ObjectStore, readonly (readonly [string, string])[]>,
  jobs: readonly Extract<Job, { readonly address: string }>[],
  movedTo: string | undefined,
): void {
  const taken = new Map<string, string>();
  for (const [from, to] of [...named.values()].flat()) {
    if (taken.has(to))
      throw new UsageError(`two of the sources would get the same name at the target: ${quoteKey(to)}`);
    taken.set(to, from);
  }
  if (movedTo === undefined) return;
  const prefixes = jobs.map(({ to: { prefix } }) => prefix);
  const names = [...taken.keys(), ...prefixes];
  prefixes.forEach((prefix, at) => {
    const other = names.find((name, i) => i !== taken.size + at && name.startsWith(prefix));
    if (other === undefined) return;
    throw new UsageError(
      `several of the sources go to ${whereOf({ prefix }, movedTo)} at the target, where one could replace what came from another, ` +
        'and both would be gone at their sources; move one after the other, with --if-absent where nothing is to be replaced',
    );
  });
}

/** An entire store is one too. */
export function isDirectory({ key }: Pick<Target, 'key'>): boolean {
  return key === '' || key.endsWith('/');
}

/** What is under an address. */
export function placeOf({ store, key }: Target): Place {
  return { store, prefix: asPrefix(key) };
}

/** `dir/` of `…/dir`, and nothing of `…/dir/`. */
function nameOf({ key, address, linkName }: Named): string {
  const isPath = fileUrlOf(address) !== undefined || address.startsWith('file:');
  // Of a path the key ends in `/` for each directory, however it is written.
  if (/(^|[/:])\.{0,2}$/.test(isPath ? address : key)) return '';
  if (linkName !== undefined) return asPrefix(linkName);
  if (key === '') return '';
  return asPrefix(lastPart(key.replace(/\/$/, '')));
}

function asPrefix(key: string): string {
  return isDirectory({ key }) ? key : `${key}/`;
}

function lastPart(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1);
}

/**
 * In words, for messages.
 *
 * @param address as it was given: says what an empty prefix does not, as that of a directory that is a store of its own
 */
export function whereOf({ prefix }: Pick<Place, 'prefix'>, address?: string): string {
  if (prefix !== '') return quoteKey(prefix);
  return address === undefined ? 'the entire store' : quoteKey(address);
}
