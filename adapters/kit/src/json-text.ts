import { StoreError } from '@store/driver';
import { escapedBytes, keyOfUrlText, SHOWN_BYTES, unnameableName, type ListedKey } from './key-bytes.js';
import { undocumented } from './undocumented.js';
import { MAX_TEXT_LENGTH } from './xml.js';

/** Most objects and arrays of an answer: a page of 1000 entries has some 2,000. */
const MAX_STRUCTURES = 500_000;

const BRACE = 0x7b;
const BRACKET = 0x5b;
const COLON = 0x3a;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * An answer as JSON. Bytes that are no UTF-8 become lone surrogates, so that a key with them is seen for what it is:
 * decoded leniently it would be another key, the one with U+FFFD in it.
 *
 * @throws SyntaxError when it is no JSON; StoreError `Corrupt` when it has more in it than any answer, or says something
 * twice: JSON's own reader would take the last word, and a listing that goes on and has ended would have ended
 */
export function parseJson(bytes: Buffer): unknown {
  const { structures, members } = count(bytes);
  // Each costs some fifty bytes of memory, however short it is.
  if (structures > MAX_STRUCTURES)
    throw new StoreError(
      'Corrupt',
      `the answer has ${structures} objects and lists in it, which no answer has`,
    );
  const parsed: unknown = JSON.parse(decoded(bytes));
  // Of names that come twice in an object one is left.
  if (membersIn(parsed) !== members) throw undocumented('an object of the answer has a name twice');
  return parsed;
}

/** How many objects and lists a text of JSON has, and how many members its objects have. */
function count(bytes: Buffer): { readonly structures: number; readonly members: number } {
  let structures = 0;
  let members = 0;
  let quoted = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) quoted = !quoted;
    else if (quoted) {
      if (byte === BACKSLASH) i++;
    } else if (byte === COLON) members++;
    else if (byte === BRACE || byte === BRACKET) structures++;
  }
  return { structures, members };
}

/** How many members the objects in a value have. A list of those to come, because the depth is the service's choice. */
function membersIn(value: unknown): number {
  const open = [value];
  let members = 0;
  while (open.length > 0) {
    const one = open.pop();
    if (typeof one !== 'object' || one === null) continue;
    const inside: unknown[] = Object.values(one);
    if (!Array.isArray(one)) members += inside.length;
    for (const each of inside) open.push(each);
  }
  return members;
}

/** A sequence of UTF-8 beyond ASCII, or a byte that belongs to none (RFC 3629). */
const BEYOND_ASCII =
  /[\xc2-\xdf][\x80-\xbf]|(?:\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xed[\x80-\x9f])[\x80-\xbf]|(?:\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f])[\x80-\xbf]{2}|[\x80-\xff]/g;

/** Before the surrogate of each byte: where an escape before it ends in half a pair, this one is taken for the other half. */
const GUARD = '\udfff';

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return bytes
      .toString('latin1')
      .replace(BEYOND_ASCII, (found) =>
        found.length === 1
          ? GUARD + String.fromCharCode(0xdc00 + found.charCodeAt(0))
          : Buffer.from(found, 'latin1').toString(),
      );
  }
}

/** A key of a listing that {@link parseJson} has read. @param urlEncoded whether it is percent-encoded */
export function keyOfJsonText(text: string, urlEncoded: boolean): ListedKey {
  const long = text.length > MAX_TEXT_LENGTH;
  if (!long && text.isWellFormed()) return urlEncoded ? keyOfUrlText(text, false) : { key: text };
  const beginning = Array.from(text.slice(0, SHOWN_BYTES), shown).join('');
  const name = text.length > SHOWN_BYTES ? `${beginning}…` : beginning;
  return unnameableName(name, long ? 'it is longer than any key' : 'it is no Unicode text');
}

function shown(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (char === GUARD) return '';
  if (code >= 0xdc80 && code <= 0xdcff) return escapedBytes(Uint8Array.of(code - 0xdc00));
  return char.isWellFormed() ? escapedBytes(Buffer.from(char)) : `\\u${code.toString(16).toUpperCase()}`;
}
