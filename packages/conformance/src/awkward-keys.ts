import type { Capabilities } from '@store/core';

/**
 * Keys that are legal and that clients are known to mangle, lose, or take for another. Each has to survive
 * put → list → get → copy → delete, and its look-alikes have to survive its deletion.
 */
export const AWKWARD_KEYS: readonly string[] = [
  ' ',
  'a b',
  ' leading and trailing ',
  'a+b',
  'a%2Fb',
  '100%',
  '%',
  'a&b<c>d"e\'f',
  '&amp;',
  'a?b=c&d#e',
  'a;b:c@d,e$f!g*h(i)j',
  '[a]{b}|c^d`e~f',
  'a\\b',
  '*',
  '?',
  'tab\there',
  'line\nfeed',
  'carriage\rreturn',
  'both\r\n',
  '\n',
  'null\u0000byte',
  'ctrl\u0001',
  'unit\u001fseparator',
  'del\u007f',
  'nel\u0085',
  'line\u2028separator',
  'nonchar\ufffe',
  'bom\ufeff',
  'ünïcödé',
  'u\u0308 (combining)',
  '\u00fc (composed)',
  '日本語',
  '\u{1F600}',
  '\u{1F468}\u200d\u{1F469}',
  '\uffee',
  'A',
  'a',
  'a/b',
  'a/',
  '/a',
  '//a',
  'a//b',
  '/',
  '.',
  '..',
  'a/.',
  'a/..',
  'a/../b',
  '../a',
  './a',
  'b',
  'a.',
  'con',
  'nul.txt',
  'a:b',
  '~',
  '-',
  '--help',
  '$HOME',
  '${HOME}',
  '__proto__',
  'constructor',
  '{"json":true}',
  '<key>xml</key>',
  '0',
  '007',
  '1e5',
  'true',
];

/** A key of exactly this many bytes of UTF-8, most of them in characters of three bytes. */
export function longKey(bytes: number, prefix = ''): string {
  const room = bytes - Buffer.byteLength(prefix);
  return prefix + '長'.repeat(Math.floor(room / 3)) + 'x'.repeat(room % 3);
}

/** Bytes of a name, and of the slash behind it, in the longest path. */
const NAME_BYTES = 240;

/** The longest key of a store; where keys are paths, one with directories. */
export function longestKey({ maxBytes, paths }: Capabilities['keys'], prefix = ''): string {
  if (!paths) return longKey(maxBytes, prefix);
  const room = maxBytes - Buffer.byteLength(prefix);
  const names = Array.from({ length: Math.floor(room / NAME_BYTES) }, () => `${longKey(NAME_BYTES - 1)}/`);
  const rest = room % NAME_BYTES;
  // A path ends in a name.
  return rest > 0
    ? prefix + names.join('') + longKey(rest)
    : prefix + names.slice(1).join('') + longKey(NAME_BYTES);
}

/** Those of the keys that a store can hold side by side: where keys are paths, none is the directory of another. */
export function possible({ paths }: Capabilities['keys'], keys: readonly string[]): readonly string[] {
  if (!paths) return keys;
  const kept: string[] = [];
  for (const key of keys) {
    const isPath = key.split('/').every((name) => !['', '.', '..'].includes(name) && !name.includes('\0'));
    const clashes = kept.some((other) => key.startsWith(`${other}/`) || other.startsWith(`${key}/`));
    if (isPath && !clashes) kept.push(key);
  }
  return kept;
}
