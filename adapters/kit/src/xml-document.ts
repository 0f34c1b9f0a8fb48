import { isAscii } from 'node:buffer';
import { undocumented } from './undocumented.js';
import type { StoreError } from '@store/driver';

/**
 * Tags, comments and the like. A page of 1000 entries has some 25 000; a document that is all of them would cost far
 * more than its bytes.
 */
const MAX_TAGS = 400_000;
const MAX_DEPTH = 64;

const BOM = Buffer.from([0xef, 0xbb, 0xbf]);

const DECLARED_ENCODING = /^\s*<\?xml\s[^>]{0,200}?\sencoding\s*=\s*["']([^"']{0,40})/;

/** An element in {@link XmlDocument.nodes}: so many numbers, each at its place. */
export const NODE = 6;
/** Of its name, in {@link XmlDocument.names}. */
export const NAME = 0;
/** Where its start tag begins, where its content begins and ends, and where its end tag ends. */
export const START = 1;
export const INNER = 2;
export const INNER_END = 3;
export const END = 4;
/** The node behind the last one inside. */
export const AFTER = 5;

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;

/**
 * A well-formed document: where its elements are, in the order of their start tags, and nothing more. Numbers in one array,
 * because pages have thousands of elements, of which few are looked at more than once.
 */
export class XmlDocument {
  readonly bytes: Buffer;
  readonly names: readonly string[];
  readonly nodes: Int32Array;
  /** Every text stands for itself: no references, comments or sections inside, nothing but ASCII. */
  readonly isPlain: boolean;

  /** @throws StoreError `Corrupt` when it is not well-formed or breaks off */
  constructor(bytes: Buffer) {
    const scan = new Scan(bytes);
    scan.run();
    this.bytes = bytes;
    this.names = scan.names;
    this.nodes = scan.nodes;
    this.isPlain = !scan.hasOther && isAscii(bytes) && !bytes.includes('&');
  }
}

class Scan {
  readonly names: string[] = [];
  nodes: Int32Array;
  /** Comments, instructions or sections stand inside its elements. */
  hasOther = false;
  readonly #bytes: Buffer;
  readonly #byName = new Map<string, number>();
  readonly #encoded: Buffer[] = [];
  /** Which name came behind which one last: mostly it comes again. */
  readonly #next: number[] = [];
  #previous = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.nodes = new Int32Array(NODE * Math.min(MAX_TAGS, 16 + (bytes.length >>> 5)));
  }

  run(): void {
    const bytes = this.#bytes;
    const { length } = bytes;
    let at = bomLength(bytes);
    checkEncoding(bytes, at);
    const open: number[] = [];
    let count = 0;
    let used = 0;
    let hasRoot = false;
    for (;;) {
      const from = at;
      while (at < length && bytes[at] !== LT) at++;
      const start = at;
      if (open.length === 0 && !isBlank(bytes, from, start))
        throw malformed('there is text outside its elements');
      if (start >= length) break;
      if (++count > MAX_TAGS) throw malformed(`it has more than ${MAX_TAGS} tags`);
      const next = bytes[start + 1];
      if (next === BANG || next === QUESTION) {
        at = endOfOther(bytes, start, open.length > 0);
        if (open.length > 0) this.hasOther = true;
        continue;
      }
      if (next === SLASH) {
        const node = open.pop();
        at = this.#endOfEndTag(start, node);
        // Without one it has thrown.
        this.#close(node ?? 0, start, at, used);
        continue;
      }
      if (hasRoot && open.length === 0) throw malformed('it has two roots');
      hasRoot = true;
      const node = used;
      used += NODE;
      if (used > this.nodes.length) this.#grow();
      const name = this.#nameAt(start + 1);
      const nameEnd = start + 1 + (this.#encoded[name]?.length ?? 0);
      at = bytes[nameEnd] === GT ? nameEnd + 1 : endOfTag(bytes, start) + 1;
      this.nodes[node + NAME] = name;
      this.nodes[node + START] = start;
      this.nodes[node + INNER] = at;
      if (bytes[at - 2] === SLASH) {
        this.#close(node, at, at, used);
      } else {
        open.push(node);
        if (open.length > MAX_DEPTH) throw malformed(`its elements are nested more than ${MAX_DEPTH} deep`);
      }
    }
    if (!hasRoot || open.length > 0) throw malformed('it breaks off');
  }

  #close(node: number, innerEnd: number, end: number, after: number): void {
    this.nodes[node + INNER_END] = innerEnd;
    this.nodes[node + END] = end;
    this.nodes[node + AFTER] = after;
  }

  #grow(): void {
    const grown = new Int32Array(2 * this.nodes.length);
    grown.set(this.nodes);
    this.nodes = grown;
  }

  /** The number of the name that stands there. */
  #nameAt(at: number): number {
    const expected = this.#next[this.#previous];
    if (
      expected !== undefined &&
      this.#isAt(expected, at) &&
      endsName(this.#bytes, this.#endOf(expected, at))
    )
      return (this.#previous = expected);
    let end = at;
    while (end < this.#bytes.length && !endsName(this.#bytes, end)) end++;
    if (end === at) throw malformed('a tag has no name');
    const name = this.#bytes.toString('latin1', at, end);
    let number = this.#byName.get(name);
    if (number === undefined) {
      number = this.names.push(name) - 1;
      this.#byName.set(name, number);
      this.#encoded.push(Buffer.from(name, 'latin1'));
    }
    this.#next[this.#previous] = number;
    return (this.#previous = number);
  }

  #isAt(name: number, at: number): boolean {
    const encoded = this.#encoded[name];
    if (!encoded) return false;
    for (let i = 0; i < encoded.length; i++) if (this.#bytes[at + i] !== encoded[i]) return false;
    return true;
  }

  #endOf(name: number, at: number): number {
    return at + (this.#encoded[name]?.length ?? 0);
  }

  /** Where the end tag of this element ends. */
  #endOfEndTag(start: number, node: number | undefined): number {
    const name = node === undefined ? -1 : (this.nodes[node + NAME] ?? -1);
    if (this.#isAt(name, start + 2)) {
      const end = this.#endOf(name, start + 2);
      if (this.#bytes[end] === GT) return end + 1;
    }
    const end = endOfTag(this.#bytes, start);
    const found = this.#bytes.toString('latin1', start + 2, end).trimEnd();
    if (node === undefined || found !== this.names[name])
      throw malformed(`</${found.slice(0, 64)}> ends what has not begun`);
    return end + 1;
  }
}

/**
 * The name of the root of a document, or undefined when the bytes are none. Services send blank lines before it, to
 * keep a connection alive.
 */
export function rootName(bytes: Buffer): string | undefined {
  // All that can come before a root is short, but for blanks.
  let at = bomLength(bytes);
  while (isSpace(bytes[at])) at++;
  const head = bytes.subarray(at, at + 4096);
  at = 0;
  try {
    for (;;) {
      while (isSpace(head[at])) at++;
      if (head[at] !== LT) return undefined;
      const next = head[at + 1];
      if (next === BANG || next === QUESTION) {
        at = endOfOther(head, at, false);
        continue;
      }
      let end = at + 1;
      while (end < head.length && !endsName(head, end)) end++;
      return end > at + 1 ? head.toString('latin1', at + 1, end) : undefined;
    }
  } catch {
    return undefined;
  }
}

function bomLength(bytes: Buffer): number {
  return bytes.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0;
}

function checkEncoding(bytes: Buffer, at: number): void {
  let first = at;
  while (isSpace(bytes[first])) first++;
  const [, encoding = 'utf-8'] = DECLARED_ENCODING.exec(bytes.toString('latin1', first, first + 1024)) ?? [];
  if (!/^utf-?8$/i.test(encoding)) throw malformed(`it says that it is written in ${encoding}`);
}

/** The end of a comment, an instruction, a CDATA section or a document type. */
function endOfOther(bytes: Buffer, start: number, inside: boolean): number {
  const ended = (mark: string, from: number): number => {
    const end = bytes.indexOf(mark, from, 'latin1');
    if (end < 0) throw malformed('it breaks off');
    return end + mark.length;
  };
  const begins = bytes.toString('latin1', start + 1, start + 9);
  if (begins.startsWith('?')) return ended('?>', start + 2);
  if (begins.startsWith('!--')) return ended('-->', start + 4);
  if (inside && begins === '![CDATA[') return ended(']]>', start + 9);
  if (!inside && /^!doctype/i.test(begins)) return ended('>', start + 9);
  throw malformed('it has a declaration where none belongs');
}

/** Where a tag's `>` is; one inside quotes is none. */
function endOfTag(bytes: Buffer, start: number): number {
  let quote: number | undefined;
  for (let i = start; i < bytes.length; i++) {
    const byte = bytes[i];
    if (quote !== undefined) {
      if (byte === quote) quote = undefined;
    } else if (byte === QUOTE || byte === APOSTROPHE) quote = byte;
    else if (byte === GT) return i;
  }
  throw malformed('it breaks off');
}

/** What a name and its attributes end with. */
function endsName(bytes: Buffer, at: number): boolean {
  const byte = bytes[at];
  switch (byte) {
    case GT:
    case SLASH:
    case LT:
    case QUOTE:
    case APOSTROPHE:
    case 0x26: // &
    case 0x3d: // =
    case 0xa0:
      return true;
    default:
      return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
  }
}

export function isBlank(bytes: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (!isSpace(bytes[i])) return false;
  return true;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function malformed(what: string): StoreError {
  return undocumented(`the document of the answer cannot be read: ${what}`);
}
