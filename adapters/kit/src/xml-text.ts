import { isUtf8 } from 'node:buffer';

const LT = 0x3c;
const AMPERSAND = 0x26;

/** Text that stands for itself: no markup, no references, nothing but ASCII. */
export function isPlainText(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === LT || byte === AMPERSAND || byte >= 0x80) return false;
  }
  return true;
}

const QUOTE = Buffer.from('&quot;');

/** A plain text between references to quotation marks, as ETags are written; undefined when it is none. */
export function quotedText(bytes: Buffer, from: number, to: number): string | undefined {
  const first = from + QUOTE.length;
  const last = to - QUOTE.length;
  const isQuoted = first <= last && isQuoteAt(bytes, from) && isQuoteAt(bytes, last);
  return isQuoted && isPlainText(bytes, first, last)
    ? `"${bytes.toString('latin1', first, last)}"`
    : undefined;
}

function isQuoteAt(bytes: Buffer, at: number): boolean {
  for (let i = 0; i < QUOTE.length; i++) if (bytes[at + i] !== QUOTE[i]) return false;
  return true;
}

const SPECIAL = /<!\[CDATA\[([^]*?)\]\]>|<!--[^]*?-->|<\?[^]*?\?>|&([^;&<\s]{1,16});|[&<]/g;

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/**
 * The bytes of a text, references and CDATA replaced; undefined when there is anything else in it.
 *
 * @param raw a byte for each character
 */
export function textBytes(raw: string): Buffer | undefined {
  const parts: Buffer[] = [];
  let at = 0;
  for (const match of raw.matchAll(SPECIAL)) {
    const [whole, section, reference] = match;
    parts.push(Buffer.from(raw.slice(at, match.index), 'latin1'));
    at = match.index + whole.length;
    if (section !== undefined) {
      parts.push(Buffer.from(section, 'latin1'));
    } else if (reference !== undefined) {
      const character = referred(reference);
      if (character === undefined) return undefined;
      parts.push(Buffer.from(character));
    } else if (whole.length === 1) return undefined;
  }
  parts.push(Buffer.from(raw.slice(at), 'latin1'));
  return Buffer.concat(parts);
}

/** What `&name;` or `&#number;` stands for. Numbers that XML 1.0 forbids are read too: services send them for keys. */
function referred(reference: string): string | undefined {
  const [, hex, decimal] = /^#(?:x([\dA-Fa-f]+)|(\d+))$/.exec(reference) ?? [];
  if (hex === undefined && decimal === undefined)
    return Object.hasOwn(NAMED, reference) ? NAMED[reference] : undefined;
  const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
  const surrogate = point >= 0xd800 && point <= 0xdfff;
  return point > 0x10ffff || surrogate ? undefined : String.fromCodePoint(point);
}

/** Bytes as text; undefined when they are no UTF-8. */
export function utf8Of(bytes: Buffer): string | undefined {
  return isUtf8(bytes) ? bytes.toString() : undefined;
}
