import { encodedPieces } from '@store/driver';

type Texts = Readonly<Record<string, string>>;

/**
 * User metadata as headers carry it: printable ASCII as it is, all else as encoded words of UTF-8 (RFC 2047 §2), which is
 * what S3 itself makes of it. One codec for all providers, so that an object that is copied from one to another reads
 * the same.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
export function encodeMetadata(metadata: Texts): Record<string, string> {
  return mapped(metadata, encodeHeaderText);
}

/** The inverse of {@link encodeMetadata}; it reads what others have encoded as well. */
export function decodeMetadata(metadata: Texts): Record<string, string> {
  return mapped(metadata, decodeHeaderText);
}

function mapped(texts: Texts, change: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, change(text)]));
}

function encodeHeaderText(text: string): string {
  const pieces = encodedPieces(text);
  return pieces?.map((piece) => `=?UTF-8?B?${Buffer.from(piece).toString('base64')}?=`).join(' ') ?? text;
}

// The charset may name a language behind a star (RFC 2231 §5).
const WORD = /=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bq])\?([^?\s]*)\?=/gi;
const ONLY_WORDS = /^(?:=\?[^?\s]+\?[bq]\?[^?\s]*\?=(?:[ \t]+|$))+$/i;

/**
 * A text that is nothing but encoded words, decoded; any other one, or one that cannot be decoded, as it is. What others
 * have sent as bare UTF-8 comes as a character for each byte.
 */
function decodeHeaderText(text: string): string {
  if (BYTES.test(text)) return utf8Of(text) ?? text;
  if (!ONLY_WORDS.test(text)) return text;
  let decoded = '';
  let charset = '';
  let bytes: Buffer[] = [];
  const flush = (): void => {
    if (bytes.length > 0)
      decoded += new TextDecoder(charset, { fatal: true, ignoreBOM: true }).decode(Buffer.concat(bytes));
    bytes = [];
  };
  try {
    for (const [, named = '', encoding = '', content = ''] of text.matchAll(WORD)) {
      // Some encoders cut a character in two, against the standard.
      if (named.toLowerCase() !== charset) flush();
      charset = named.toLowerCase();
      bytes.push(encoding.toLowerCase() === 'b' ? fromBase64(content) : fromQ(content));
    }
    flush();
  } catch {
    // No such charset, or no such text in it.
    return text;
  }
  return decoded;
}

// Each character is a byte, and some are not ASCII.
const BYTES = /^(?!\p{ASCII}*$)[^\u{100}-\u{10ffff}]*$/u;

function utf8Of(bytes: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return undefined;
  }
}

function fromBase64(content: string): Buffer {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(content)) throw new TypeError('no base64');
  return Buffer.from(content, 'base64');
}

/** RFC 2047 §4.2: `_` is a space, `=41` a byte. */
function fromQ(content: string): Buffer {
  if (!/^(?:[^=]|=[0-9A-F]{2})*$/i.test(content)) throw new TypeError('no Q encoding');
  const plain = content
    .replaceAll('_', ' ')
    .replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(plain, 'latin1');
}
