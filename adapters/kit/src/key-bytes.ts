import type { Unnameable } from '@store/core';
import { MAX_TEXT_LENGTH, type XmlElement } from './xml.js';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

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
  try {
    return { key: UTF8.decode(bytes) };
  } catch {
    return unnameableKey(bytes, 'its bytes are not UTF-8');
  }
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
export function keyOfUrlBytes(bytes: Uint8Array, plusIsSpace: boolean): ListedKey {
  if (bytes.length > MAX_TEXT_LENGTH) return unnameableKey(bytes, 'it is longer than any key');
  const decoded = percentDecoded(bytes, plusIsSpace);
  return decoded ? keyOfBytes(decoded) : unnameableKey(bytes, 'its URL encoding cannot be read');
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
  const raw = element?.raw() ?? '';
  const unread = (why: string): ListedKey =>
    unnameableKey(Buffer.from(raw.slice(0, SHOWN_BYTES + 1), 'latin1'), why);
  if (raw === '') return unread('it is an entry without a name');
  if (raw.length > MAX_TEXT_LENGTH) return unread('it is longer than any key');
  // XML takes it for a line feed, and a service that writes it like this means it: two keys, and either may be there.
  if (raw.includes('\r')) return unread('a carriage return stands in it as it is');
  const bytes = element?.bytes();
  if (!bytes) return unread('it is no text of XML');
  return encoding.url ? keyOfUrlBytes(bytes, encoding.plusIsSpace) : keyOfBytes(bytes);
}

const PERCENT = 0x25;
const PLUS = 0x2b;
const SPACE = 0x20;

/** Every `%XX` as its byte; undefined when a `%` is followed by anything else. */
function percentDecoded(bytes: Uint8Array, plusIsSpace: boolean): Uint8Array | undefined {
  const decoded = new Uint8Array(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === PERCENT) {
      const high = digit(bytes[i + 1]);
      const low = digit(bytes[i + 2]);
      if (high === undefined || low === undefined) return undefined;
      decoded[length++] = high * 16 + low;
      i += 2;
    } else decoded[length++] = plusIsSpace && byte === PLUS ? SPACE : byte;
  }
  return decoded.subarray(0, length);
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
