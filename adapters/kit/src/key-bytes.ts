import { isUtf8 } from 'node:buffer';
import type { Unnameable } from '@store/driver';
import { MAX_TEXT_LENGTH, type XmlElement } from './xml.js';

/** Most bytes (or characters) that are shown of a name that is none: a server may send one of any length. */
export const SHOWN_BYTES = 1024;

/** A key of a listing, or what stands there instead of one. */
export type ListedKey =
  | { readonly key: string; readonly unnameable?: undefined }
  | { readonly key?: undefined; readonly unnameable: Unnameable };

/**
 * A key by its bytes. Bytes that are not UTF-8 are no key that a request could name: decoding them leniently would name
 * another object, the one with U+FFFD in it.
 */
export function keyOfBytes(bytes: Uint8Array): ListedKey {
  if (bytes.length > MAX_TEXT_LENGTH) return unnameableKey(bytes, 'it is longer than any key');
  if (!isUtf8(bytes)) return unnameableKey(bytes, 'its bytes are not UTF-8');
  return { key: asBuffer(bytes).toString() };
}

/** The same bytes, not a copy. */
function asBuffer({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}

/**
 * A key of a listing that was asked for with `encoding-type=url`.
 *
 * @param plusIsSpace whether `+` stands for a space, as in forms: so on S3, not so on OSS
 */
export function keyOfUrlText(text: string, plusIsSpace: boolean): ListedKey {
  return keyOfUrlBytes(Buffer.from(text), plusIsSpace);
}

/** The same by bytes: what is not encoded is taken as it is, and need not be UTF-8. */
function keyOfUrlBytes(
  bytes: Uint8Array,
  plusIsSpace: boolean,
  from = 0,
  to: number = bytes.length,
): ListedKey {
  if (to - from > MAX_TEXT_LENGTH)
    return unnameableKey(bytes.subarray(from, to), 'it is longer than any key');
  const length = percentDecoded(bytes, from, to, plusIsSpace);
  return length === undefined
    ? unnameableKey(bytes.subarray(from, to), 'its URL encoding cannot be read')
    : keyOfBytes(DECODED.subarray(0, length));
}

/** How the keys of a document are written. */
export interface KeyEncoding {
  /** The answer says `EncodingType` `url`. */
  readonly url: boolean;
  /** See {@link keyOfUrlText}. */
  readonly plusIsSpace: boolean;
}

/** The key that stands in an element of a listing. */
export function keyOfElement(element: XmlElement | undefined, encoding: KeyEncoding): ListedKey {
  if (!element) return unnameableKey(NOTHING, 'it is an entry without a name');
  const { source, from, to } = element;
  const length = to - from;
  const kind: Kind = length > 0 && length <= MAX_TEXT_LENGTH ? kindOf(source, from, to) : 'other';
  if (kind === 'plain' || (kind === 'url' && !encoding.url))
    return { key: source.toString('latin1', from, to) };
  if (kind === 'url') return keyOfUrlBytes(source, encoding.plusIsSpace, from, to);
  const raw = source.subarray(from, to);
  if (length === 0) return unnameableKey(raw, 'it is an entry without a name');
  if (length > MAX_TEXT_LENGTH) return unnameableKey(raw, 'it is longer than any key');
  // XML takes it for a line feed, and a service that writes it like this means it: two keys, and either may be there.
  if (raw.includes(CARRIAGE_RETURN)) return unnameableKey(raw, 'a carriage return stands in it as it is');
  const bytes = element.bytes();
  if (!bytes) return unnameableKey(raw, 'it is no text of XML');
  return encoding.url ? keyOfUrlBytes(bytes, encoding.plusIsSpace) : keyOfBytes(bytes);
}

const NOTHING = new Uint8Array();

/**
 * What a key is written with: ASCII that stands for itself (`plain`), in XML but not in a URL (`url`), or something else.
 */
type Kind = 'plain' | 'url' | 'other';

function kindOf(bytes: Uint8Array, from: number, to: number): Kind {
  let kind: Kind = 'plain';
  for (let i = from; i < to; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x80 || byte === LT || byte === AMPERSAND || byte === CARRIAGE_RETURN) return 'other';
    if (byte === PERCENT || byte === PLUS) kind = 'url';
  }
  return kind;
}

const LT = 0x3c;
const AMPERSAND = 0x26;
const CARRIAGE_RETURN = 0x0d;
const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;

/** Where keys are decoded: one after the other. */
const DECODED = Buffer.alloc(MAX_TEXT_LENGTH);

/** Puts every `%XX` as its byte into {@link DECODED}. @returns how many; undefined when a `%` is followed by anything else */
function percentDecoded(
  bytes: Uint8Array,
  from: number,
  to: number,
  plusIsSpace: boolean,
): number | undefined {
  let length = 0;
  for (let i = from; i < to; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === PERCENT) {
      const high = i + 2 < to ? digit(bytes[i + 1]) : undefined;
      const low = digit(bytes[i + 2]);
      if (high === undefined || low === undefined) return undefined;
      DECODED[length++] = high * 16 + low;
      i += 2;
    } else DECODED[length++] = plusIsSpace && byte === PLUS ? SPACE : byte;
  }
  return length;
}

function digit(byte: number | undefined): number | undefined {
  if (byte === undefined) return undefined;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined;
}

/** An entry of a listing that has no key, named by its bytes. */
function unnameableKey(bytes: Uint8Array, why: string): ListedKey {
  return unnameableName(escapedBytes(bytes), why);
}

/** @param name for people */
export function unnameableName(name: string, why: string): ListedKey {
  const message = `the listing names ${name || 'nothing'}, which no request can name: ${why}`;
  return { unnameable: { name, reason: { code: 'Corrupt', message, retryable: false } } };
}

/** Printable ASCII as it is, every other byte as `\xFF`; for people. Of what is long, the beginning and `…`. */
export function escapedBytes(bytes: Uint8Array): string {
  const beginning = Array.from(bytes.subarray(0, SHOWN_BYTES), (byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
  return bytes.length > SHOWN_BYTES ? `${beginning}…` : beginning;
}
