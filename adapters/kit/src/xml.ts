import { undocumented } from './undocumented.js';
import type { StoreError } from '@store/core';

/**
 * Tags, comments and the like. A page of 1000 entries has some 25 000; a document that is all of them would cost far
 * more than its bytes.
 */
const MAX_TAGS = 400_000;
const MAX_DEPTH = 64;

/** Longer than any text of an answer: a key with each of its bytes escaped, a token. Reading one costs much more. */
export const MAX_TEXT_LENGTH = 64 * 1024;

/** How a document begins in UTF-8 with a byte order mark, its bytes taken for characters. */
const BOM = '\u00ef\u00bb\u00bf';

const DECLARED_ENCODING = /^(?:\u00ef\u00bb\u00bf)?\s*<\?xml\s[^>]{0,200}?\sencoding\s*=\s*["']([^"']{0,40})/;

/** What a name and its attributes end with. */
const NAME = /[^\s/>"'=<&]+/y;

/** An element of an answer, with its place in the document. */
export class XmlElement {
  readonly name: string;
  readonly children: readonly XmlElement[];
  readonly #document: string;
  readonly #span: Span;

  constructor(document: string, name: string, children: readonly XmlElement[], span: Span) {
    this.#document = document;
    this.name = name;
    this.children = children;
    this.#span = span;
  }

  /** All children of this name, in their order. */
  all(name: string): XmlElement[] {
    return this.children.filter((child) => child.name === name);
  }

  /** @throws StoreError `Corrupt` when there are two: nobody knows which one is meant */
  child(name: string): XmlElement | undefined {
    const [found, another] = this.all(name);
    if (another) throw malformed(`<${this.name}> has two of <${name}>`);
    return found;
  }

  /** The text of the only child of this name; undefined when there is none, or it is empty or no text. */
  textOf(name: string): string | undefined {
    return this.child(name)?.text() || undefined;
  }

  /** Its characters, not trimmed; undefined when they cannot be read: other elements, bad references, no UTF-8, too long. */
  text(): string | undefined {
    const raw = this.raw();
    if (raw.length > MAX_TEXT_LENGTH) return undefined;
    if (PLAIN.test(raw)) return raw;
    const bytes = this.bytes();
    return bytes && utf8Of(bytes);
  }

  /** The bytes of its characters, references and CDATA replaced; undefined when it holds anything else, or too many. */
  bytes(): Buffer | undefined {
    const raw = this.raw();
    return this.children.length > 0 || raw.length > MAX_TEXT_LENGTH ? undefined : textBytes(raw);
  }

  /** Whether characters stand beside its elements; blanks and comments are none. */
  get hasText(): boolean {
    let at = this.#span.inner;
    const gaps: string[] = [];
    for (const { start, end } of [...this.children.map((child) => child.#span), NOWHERE]) {
      gaps.push(this.#document.slice(at, Math.min(start, this.#span.innerEnd)));
      at = end;
    }
    return gaps.some((gap) => !isBlank(gap.replaceAll(COMMENT, '')));
  }

  /** What stands between its tags, a byte for each character. */
  raw(): string {
    return this.#document.slice(this.#span.inner, this.#span.innerEnd);
  }

  /** Itself, tags included, as it came; undefined when that is no UTF-8. */
  source(): string | undefined {
    return utf8Of(Buffer.from(this.#document.slice(this.#span.start, this.#span.end), 'latin1'));
  }

  /** The attributes of its start tag as they came, with the space before them. */
  attributes(): string {
    const { start, inner } = this.#span;
    const end = inner - (this.#document[inner - 2] === '/' ? 2 : 1);
    return this.#document.slice(start + 1 + this.name.length, end).trimEnd();
  }
}

const COMMENT = /<!--[^]*?-->|<\?[^]*?\?>/g;

interface Span {
  readonly start: number;
  readonly inner: number;
  readonly innerEnd: number;
  readonly end: number;
}

/** Behind everything. */
const NOWHERE: Pick<Span, 'start' | 'end'> = { start: Infinity, end: Infinity };

/** An element whose end has not come yet. */
interface OpenElement {
  readonly name: string;
  readonly start: number;
  readonly inner: number;
  readonly children: XmlElement[];
}

/**
 * Reads the document of an answer, and keeps every character of it: parsers of SDKs trim keys, and decode bytes that
 * are no UTF-8 into other keys. Entities are never declared, and namespaces stay a part of the names.
 *
 * @throws StoreError `Corrupt`, worth another attempt, when it is not well-formed or breaks off
 */
export function readXml(bytes: Buffer): XmlElement {
  const document = bytes.toString('latin1');
  const [, encoding = 'utf-8'] = DECLARED_ENCODING.exec(document) ?? [];
  if (!/^utf-?8$/i.test(encoding)) throw malformed(`it says that it is written in ${encoding}`);
  const open: OpenElement[] = [];
  let root: XmlElement | undefined;
  let count = 0;
  let at = document.startsWith(BOM) ? BOM.length : 0;
  const close = ({ name, start, inner, children }: OpenElement, innerEnd: number, end: number): void => {
    const element = new XmlElement(document, name, children, { start, inner, innerEnd, end });
    const parent = open.at(-1);
    if (parent) parent.children.push(element);
    else root = element;
  };
  for (;;) {
    const start = document.indexOf('<', at);
    if (open.length === 0 && !isBlank(document, at, start < 0 ? document.length : start))
      throw malformed('there is text outside its elements');
    if (start < 0) break;
    if (++count > MAX_TAGS) throw malformed(`it has more than ${MAX_TAGS} tags`);
    const skipped = endOfOther(document, start, open.length > 0);
    if (skipped !== undefined) {
      at = skipped;
      continue;
    }
    at = endOfTag(document, start) + 1;
    if (document[start + 1] === '/') {
      const last = open.pop();
      const name = document.slice(start + 2, at - 1).trimEnd();
      if (last?.name !== name) throw malformed(`</${name.slice(0, 64)}> ends what has not begun`);
      close(last, start, at);
      continue;
    }
    if (root && open.length === 0) throw malformed('it has two roots');
    const element = { name: nameAt(document, start + 1), start, inner: at, children: [] };
    if (document[at - 2] === '/') {
      close(element, at, at);
    } else {
      open.push(element);
      if (open.length > MAX_DEPTH) throw malformed(`its elements are nested more than ${MAX_DEPTH} deep`);
    }
  }
  if (!root || open.length > 0) throw malformed('it breaks off');
  return root;
}

/**
 * The name of the root of a document, or undefined when the bytes are none. Services send blank lines before it, to
 * keep a connection alive.
 */
export function rootName(bytes: Buffer): string | undefined {
  // All that can come before a root is short, but for blanks.
  let first = bytes.subarray(0, 3).toString('latin1') === BOM ? BOM.length : 0;
  while (first < bytes.length && isSpace(bytes[first] ?? 0)) first++;
  const head = bytes.subarray(first, first + 4096).toString('latin1');
  let at = 0;
  try {
    for (;;) {
      while (isSpace(head.charCodeAt(at))) at++;
      if (head[at] !== '<') return undefined;
      const skipped = endOfOther(head, at, false);
      if (skipped === undefined) return nameAt(head, at + 1);
      at = skipped;
    }
  } catch {
    return undefined;
  }
}

/** The end of a comment, an instruction, a CDATA section or a document type; undefined when a tag begins there. */
function endOfOther(document: string, start: number, inside: boolean): number | undefined {
  const next = document[start + 1];
  if (next !== '!' && next !== '?') return undefined;
  const ended = (mark: string, from: number): number => {
    const end = document.indexOf(mark, from);
    if (end < 0) throw malformed('it breaks off');
    return end + mark.length;
  };
  if (next === '?') return ended('?>', start + 2);
  if (document.startsWith('!--', start + 1)) return ended('-->', start + 4);
  if (inside && document.startsWith('![CDATA[', start + 1)) return ended(']]>', start + 9);
  if (!inside && /^!doctype/i.test(document.slice(start + 1, start + 9))) return ended('>', start + 9);
  throw malformed('it has a declaration where none belongs');
}

/** Where a tag's `>` is; one inside quotes is none. */
function endOfTag(document: string, start: number): number {
  let quote: string | undefined;
  const close = document.indexOf('>', start);
  if (close < 0) throw malformed('it breaks off');
  const quoted = document.slice(start, close).search(/["']/);
  if (quoted < 0) return close;
  for (let i = start + quoted; i < document.length; i++) {
    const character = document[i];
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return i;
  }
  throw malformed('it breaks off');
}

function nameAt(document: string, at: number): string {
  NAME.lastIndex = at;
  const name = NAME.exec(document)?.[0];
  if (name === undefined) throw malformed('a tag has no name');
  return name;
}

/** Text that stands for itself: no markup, no references, nothing but ASCII. */
const PLAIN = /^[^<&\u0080-\u00ff]*$/;

const SPECIAL = /<!\[CDATA\[([^]*?)\]\]>|<!--[^]*?-->|<\?[^]*?\?>|&([^;&<\s]{1,16});|[&<]/g;

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function textBytes(raw: string): Buffer | undefined {
  if (PLAIN.test(raw)) return Buffer.from(raw, 'latin1');
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

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

function isBlank(document: string, from = 0, to = document.length): boolean {
  for (let i = from; i < to; i++) if (!isSpace(document.charCodeAt(i))) return false;
  return true;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function malformed(what: string): StoreError {
  return undocumented(`the document of the answer cannot be read: ${what}`);
}
