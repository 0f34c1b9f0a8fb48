import type { Unnameable } from '@store/core';

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A key of a listing, or what stands there instead of one. */
export type ListedKey =
  | { readonly key: string; readonly unnameable?: undefined }
  | { readonly key?: undefined; readonly unnameable: Unnameable };

/**
 * A key by its bytes. Bytes that are not UTF-8 are no key that a request could name: decoding them leniently would name
 * another object, the one with U+FFFD in it.
 */
export function keyOfBytes(bytes: Uint8Array): ListedKey {
  try {
    return { key: UTF8.decode(bytes) };
  } catch {
    return unnameable(bytes, 'its bytes are not UTF-8');
  }
}

/**
 * A key of a listing that was asked for with `encoding-type=url`.
 *
 * @param plusIsSpace whether `+` stands for a space, as in forms: so on S3, not so on OSS
 */
export function keyOfUrlText(text: string, plusIsSpace: boolean): ListedKey {
  const bytes = Buffer.from(plusIsSpace ? text.replaceAll('+', ' ') : text);
  if (/%(?![\dA-Fa-f]{2})/.test(text)) return unnameable(bytes, 'its URL encoding cannot be read');
  return keyOfBytes(percentDecoded(bytes));
}

const PERCENT = 0x25;

/** Every `%XX` as its byte; what is none stays. */
function percentDecoded(bytes: Uint8Array): Uint8Array {
  const decoded = new Uint8Array(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte !== PERCENT) {
      decoded[length++] = byte;
      continue;
    }
    decoded[length++] = Number.parseInt(Buffer.from(bytes.subarray(i + 1, i + 3)).toString('latin1'), 16);
    i += 2;
  }
  return decoded.subarray(0, length);
}

function unnameable(bytes: Uint8Array, why: string): ListedKey {
  const name = escapedBytes(bytes);
  const message = `the listing names ${name}, which no request can name: ${why}`;
  return { unnameable: { name, reason: { code: 'Corrupt', message, retryable: false } } };
}

/** Printable ASCII as it is, every other byte as `\xFF`; for people. */
export function escapedBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x5c
      ? String.fromCharCode(byte)
      : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}
