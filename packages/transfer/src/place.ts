import { realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { assertPrefix, quoteKey, StoreError, type ObjectStore } from '@store/core';
import type { Selection } from '@store/deletion/filters';
import { engineOf, type Engine } from '@store/engine';

/** One end of a transfer: what is under a prefix of a store. The prefix ends in `/`, or is empty: the entire store. */
export interface Place {
  readonly store: ObjectStore;
  readonly prefix: string;
}

/** A {@link Place}, with the engine of its store. */
export interface Side extends Place {
  readonly engine: Engine;
}

/** @throws StoreError `InvalidArgument` for what is no place */
export function sideOf({ store, prefix }: Place, operation: string): Side {
  const engine = engineOf(store, operation);
  assertPrefix(prefix, operation);
  if (prefix !== '' && !prefix.endsWith('/')) {
    const message = `the prefix ${quoteKey(prefix)} does not end in "/": end it with one, or give the empty one for the entire store`;
    throw new StoreError('InvalidArgument', message, { operation });
  }
  return { store, prefix, engine };
}

/** Whether both are in one bucket, so that the provider can copy from one to the other. */
export function shareBucket(a: Side, b: Side): boolean {
  if (a.engine === b.engine || a.engine.driver === b.engine.driver) return true;
  const [one, other] = [a.engine.driver, b.engine.driver];
  return one.provider === other.provider && one.place === other.place && isAddress(one.place);
}

/** Whether what the store copies by itself goes through this machine all the same. */
export function isOnThisMachine({ engine }: Side): boolean {
  return /^(file|fs|memory):/.test(engine.driver.place);
}

/**
 * Refuses a target inside of the source, or around it: what is written would be listed and copied again.
 *
 * @param selection where it takes nothing out of the directories of the source, one of them, or one around, may be the target
 * @throws StoreError `InvalidArgument`
 */
export async function checkApart(
  from: Side,
  to: Side,
  operation: string,
  selection: Selection = {},
): Promise<void> {
  const isShared = shareBucket(from, to);
  const isPlain = isShared || [from, to].every(({ engine }) => engine.driver.place.startsWith('file:'));
  const how = { operation, isFlat: isPlain && isFlat(selection) };
  checkAddresses(
    isShared ? [from.prefix, to.prefix] : [addressOf(from), addressOf(to)],
    isShared ? undefined : to.engine.driver.place,
    how,
  );
  const [source, target] = await Promise.all([realAddressOf(from), realAddressOf(to)]);
  checkAddresses([source, target], target, how);
}

/** What is chosen lies in no directory: `*` stands for no `/`, as everything else that is not one itself, but for `**`. */
function isFlat({ include, filter }: Selection): boolean {
  if (include === undefined || filter !== undefined) return false;
  const globs = typeof include === 'string' ? [include] : include;
  return globs.length > 0 && globs.every((glob) => !/\/|\*\*/.test(glob));
}

function checkAddresses(
  [source, target]: readonly (string | undefined)[],
  place: string | undefined,
  { operation, isFlat }: { readonly operation: string; readonly isFlat: boolean },
): void {
  if (source === undefined || target === undefined) return;
  const holdsStore = place !== undefined && holdsDirectoryOf(source, place);
  if (isFlat && !holdsStore && source !== target) return;
  if (!source.startsWith(target) && !target.startsWith(source) && !holdsStore) return;
  const message =
    source === target
      ? `source and target are the same: ${quoteKey(source)}`
      : `source and target overlap: ${quoteKey(source)} and ${quoteKey(target)}; one is inside of the other`;
  throw new StoreError('InvalidArgument', message, { operation });
}

/** Files below a directory are the source, and the target is a store whose own files lie there: each that is written would be one more. */
function holdsDirectoryOf(source: string, place: string): boolean {
  return place.startsWith('fs:') && place.replace('fs:', 'file:').replace(/\/?$/, '/').startsWith(source);
}

/** `memory:` is the place of every store in memory. */
function isAddress(place: string): boolean {
  return place.replace(/^[a-z][a-z0-9+.-]*:/, '') !== '';
}

/** Where files or a store of them are in truth: a path may lead through symbolic links. Undefined for other stores. */
async function realAddressOf({ engine, prefix }: Side): Promise<string | undefined> {
  const { place } = engine.driver;
  const [, scheme, rest] = /^(file|fs):(\/\/[^#]*)$/s.exec(place) ?? [];
  if (scheme === undefined) return undefined;
  let path: string;
  try {
    path = join(fileURLToPath(`file:${rest}`), scheme === 'file' ? prefix : '');
  } catch {
    return undefined;
  }
  const beside = scheme === 'file' ? '' : encodeURI(prefix);
  const url = pathToFileURL(await realOf(path)).href.replace(/\/?$/, '/');
  return `${scheme === 'file' ? url : url.replace(/^file:/, 'fs:')}${beside}`;
}

/** Of what is not there, the nearest directory above that is, and the rest. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(await realOf(above), path.slice(above.length));
  }
}

/** Stores of directories can be inside of one another. */
function addressOf({ engine, prefix }: Side): string | undefined {
  const { place } = engine.driver;
  if (!isAddress(place)) return undefined;
  return `${place.replace(/\/?$/, '/')}${encodeURI(prefix)}`;
}
