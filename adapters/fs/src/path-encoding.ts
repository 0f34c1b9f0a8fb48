import { toBinary } from './binary.js';

/**
 * How keys become paths. Any key has to survive on any file system: case-insensitive, Unicode-normalising,
 * with reserved names, with names of 255 bytes at most. So each segment of a key (between slashes) is written
 * with the few characters that are safe everywhere, and `%xx` for every other byte of its UTF-8:
 *
 * - a directory has the plain encoding of its segment, an object the encoding with `%o` behind it: so the
 *   object `a` and the directory of `a/b` live side by side;
 * - the empty segment (of `a//b`, `/a`, `a/`) is `%e`;
 * - a segment of more than 80 bytes goes on in a continuation directory, named by its first 80 bytes with
 *   `%c` behind: 240 characters when all of them are escaped.
 *
 * `%` is always followed by two hexadecimal digits in an encoding, so none of the three marks can be part of one.
 */

/** Longest piece of a segment in one name, in bytes. */
const PIECE_BYTES = 80;

const OBJECT_MARK = '%o';
const CONTINUATION_MARK = '%c';
const EMPTY = '%e';

/** Device names of Windows, with or without an extension. */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)/;

/** The names of the directories that lead to a key, and the name of its file. */
export function pathOfKey(key: string): { readonly directories: readonly string[]; readonly file: string } {
  const segments = toBinary(key).split('/');
  const last = segments.pop() ?? '';
  const directories = segments.flatMap(directoriesOfSegment);
  const pieces = piecesOf(last);
  const tail = pieces.pop() ?? '';
  for (const piece of pieces) directories.push(encode(piece) + CONTINUATION_MARK);
  return { directories, file: encode(tail) + OBJECT_MARK };
}

/** The directories of one segment that is followed by a slash. */
export function directoriesOfSegment(segment: string): string[] {
  const pieces = piecesOf(segment);
  const tail = pieces.pop() ?? '';
  return [...pieces.map((piece) => encode(piece) + CONTINUATION_MARK), encode(tail)];
}

/** What a name in a directory stands for: the bytes that it adds to the key, and whether more follow below it. */
export interface NameMeaning {
  readonly bytes: string;
  readonly kind: 'object' | 'directory';
}

/** @returns undefined for names that this encoding does not make: files of others, which are left alone */
export function meaningOfName(name: string, isDirectory: boolean): NameMeaning | undefined {
  const mark = !isDirectory ? OBJECT_MARK : name.endsWith(CONTINUATION_MARK) ? CONTINUATION_MARK : '';
  if (!name.endsWith(mark)) return undefined;
  const bytes = decode(name.slice(0, name.length - mark.length));
  if (bytes === undefined) return undefined;
  // Only the one way to write a name counts, so that two files never stand for the same key.
  const rightLength = mark === CONTINUATION_MARK ? bytes.length === PIECE_BYTES : bytes.length <= PIECE_BYTES;
  if (!rightLength || encode(bytes) + mark !== name) return undefined;
  if (!isDirectory) return { bytes, kind: 'object' };
  return { bytes: mark === CONTINUATION_MARK ? bytes : `${bytes}/`, kind: 'directory' };
}

/** Cuts a segment so that every piece but the last has the full length and the last is not empty, unless all is. */
function piecesOf(segment: string): string[] {
  const pieces: string[] = [];
  let rest = segment;
  while (rest.length > PIECE_BYTES) {
    pieces.push(rest.slice(0, PIECE_BYTES));
    rest = rest.slice(PIECE_BYTES);
  }
  pieces.push(rest);
  return pieces;
}

function encode(bytes: string): string {
  if (bytes === '') return EMPTY;
  let name = bytes.replace(/[^a-z0-9._-]/g, escape);
  // `.` and `..`, and the dot at the end that Windows drops.
  if (/^\.+$/.test(name) || name.endsWith('.')) name = name.slice(0, -1) + escape('.');
  return RESERVED.test(name) ? escape(name.charAt(0)) + name.slice(1) : name;
}

function escape(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function decode(name: string): string | undefined {
  if (name === EMPTY) return '';
  if (name === '' || !/^(?:[a-z0-9._-]|%[0-9a-f]{2})+$/.test(name)) return undefined;
  return name.replace(/%([0-9a-f]{2})/g, (_match, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
