import { compareKeys, type VersionInfo } from '@store/core';
import { isSendable } from '@store/engine/ranges';
import { versionPages } from '@store/engine/pages';
import type { Engine, Purpose } from '@store/engine';
import type { DeletedKey } from './deleted-keys.js';
import { KeyVersions } from './key-versions.js';

/** Below what comes here no character is stepped down to: a control is no boundary. */
const FIRST_PRINTABLE = 0x20;

/** Above nearly every text, and sendable. */
const HIGH = '\uFFFD';

/**
 * Looks at all versions of keys, which come in order. One listing goes over those that lie together; where a page shows none
 * of them, another one begins at the next. So there are about as many requests as pages that have such a key on them, and
 * never two for each key, however large the bucket is around them.
 *
 * @param prefix that all of them begin with
 */
export async function lookAtVersions(
  engine: Engine,
  prefix: string,
  keys: readonly DeletedKey[],
  purpose: Purpose,
): Promise<readonly KeyVersions[]> {
  const looks = keys.map((key) => new KeyVersions(key));
  const ordered = engine.driver.list.order === 'utf8';
  for (let at = 0; at < looks.length;) {
    const startAfter = ordered ? justBefore(looks[at]?.key ?? '', engine.driver.keys.maxBytes) : undefined;
    if (startAfter === undefined) await lookAtOne(engine, looks[at++], purpose);
    else at = await lookFrom(versionPages(engine, prefix, purpose, within(startAfter, prefix)), looks, at);
  }
  return looks;
}

/**
 * Follows a listing as long as it shows what is looked for.
 *
 * @param first the first one that has not been looked at
 * @returns the first one that has not been looked at now: a later one
 */
async function lookFrom(
  pages: ReturnType<typeof versionPages>,
  looks: readonly KeyVersions[],
  first: number,
): Promise<number> {
  let at = first;
  for await (const { versions, unnameable = [] } of pages) {
    let seen = false;
    for (const { name } of unnameable) looks.find(({ key }) => key === name)?.addNameless();
    for (const version of versions) {
      while (at < looks.length && compareKeys(looks[at]?.key ?? '', version.key) < 0) at++;
      const look = looks[at];
      if (!look) return at;
      if (look.key !== version.key) continue;
      look.add(version);
      seen = true;
    }
    // Behind those that were near each other. Before the first one it comes nearer with each page.
    if (!seen && at > first) return at;
  }
  return looks.length;
}

/** All pages of what begins with one key; where there is an order, that is behind it before long. */
async function lookAtOne(engine: Engine, look: KeyVersions | undefined, purpose: Purpose): Promise<void> {
  if (!look) return;
  const { key } = look;
  const isBehind = (version: VersionInfo): boolean =>
    engine.driver.list.order === 'utf8' && version.key !== key;
  for await (const { versions, unnameable = [] } of versionPages(engine, key, purpose)) {
    if (unnameable.some(({ name }) => name === key)) look.addNameless();
    for (const version of versions) if (version.key === key) look.add(version);
    if (versions.some(isBehind)) return;
  }
}

/** A listing that begins outside of its prefix begins where that does. */
function within(startAfter: string, prefix: string): string | undefined {
  return startAfter.startsWith(prefix) && startAfter !== prefix ? startAfter : undefined;
}

/**
 * A text below a key with hardly anything between them, for a listing to begin behind; undefined when services might take it
 * for another one.
 */
function justBefore(key: string, maxBytes: number): string | undefined {
  const characters = Array.from(key);
  const last = characters.pop()?.codePointAt(0) ?? 0;
  const stem = characters.join('');
  const near =
    last > FIRST_PRINTABLE && last !== 0xe000 ? stem + String.fromCodePoint(last - 1) + HIGH : stem;
  return [near, stem].find((text) => isSendable(text, maxBytes));
}
