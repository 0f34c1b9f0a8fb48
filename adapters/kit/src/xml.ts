import { plainSize, plainTime, sizeFact, timeFact } from './facts.js';
import { AFTER, END, INNER, INNER_END, isBlank, NAME, NODE, START, XmlDocument } from './xml-document.js';
import { isPlainText, quotedText, textBytes, utf8Of } from './xml-text.js';
import { undocumented } from './undocumented.js';

export { rootName } from './xml-document.js';

/** Longer than any text of an answer: a key with each of its bytes escaped, a token. Reading one costs much more. */
export const MAX_TEXT_LENGTH = 64 * 1024;

const NONE = -1;

/** An element of an answer, with its place in the document. */
export class XmlElement {
  readonly #document: XmlDocument;
  readonly #node: number;

  constructor(document: XmlDocument, node: number) {
    this.#document = document;
    this.#node = node;
  }

  get name(): string {
    return this.#document.names[this.#number(NAME)] ?? '';
  }

  get children(): XmlElement[] {
    return this.#children(undefined);
  }

  /** All children of this name, in their order. */
  all(name: string): XmlElement[] {
    return this.#children(name);
  }

  /** @throws StoreError `Corrupt` when there are two: nobody knows which one is meant */
  child(name: string): XmlElement | undefined {
    const found = this.#find(name);
    return found === NONE ? undefined : new XmlElement(this.#document, found);
  }

  /** The text of the only child of this name; undefined when there is none, or it is empty or no text. */
  textOf(name: string): string | undefined {
    const found = this.#find(name);
    return found === NONE ? undefined : this.#textAt(found) || undefined;
  }

  /** As {@link textOf}, where the same comes again and again: one string for all that come one after the other. */
  wordOf(name: string, known: RepeatedWord): string | undefined {
    const found = this.#find(name);
    if (found === NONE) return undefined;
    const { bytes, nodes } = this.#document;
    const from = nodes[found + INNER] ?? 0;
    const to = nodes[found + INNER_END] ?? 0;
    if (!known.isAt(bytes, from, to)) known.learn(bytes, from, to, this.#textAt(found) || undefined);
    return known.text;
  }

  /** The size that the text of a child is, as of {@link sizeFact}. */
  sizeOf(name: string): number | undefined {
    const found = this.#find(name);
    if (found === NONE) return undefined;
    const { bytes, nodes } = this.#document;
    const plain = plainSize(bytes, nodes[found + INNER] ?? 0, nodes[found + INNER_END] ?? 0);
    return plain ?? sizeFact(this.#textAt(found));
  }

  /** The time that the text of a child is, as of {@link timeFact}. */
  timeOf(name: string): Date | undefined {
    const found = this.#find(name);
    if (found === NONE) return undefined;
    const { bytes, nodes } = this.#document;
    const plain = plainTime(bytes, nodes[found + INNER] ?? 0, nodes[found + INNER_END] ?? 0);
    return plain ?? timeFact(this.#textAt(found));
  }

  /** Its characters, not trimmed; undefined when they cannot be read: other elements, bad references, no UTF-8, too long. */
  text(): string | undefined {
    return this.#textAt(this.#node);
  }

  /** The bytes of its characters, references and CDATA replaced; undefined when it holds anything else, or too many. */
  bytes(): Buffer | undefined {
    return this.#bytesAt(this.#node);
  }

  /** Whether characters stand beside its elements; blanks and comments are none. */
  get hasText(): boolean {
    const { bytes, nodes } = this.#document;
    const after = this.#number(AFTER);
    let from = this.#number(INNER);
    for (let at = this.#node + NODE; ; at = nodes[at + AFTER] ?? after) {
      const isLast = at >= after;
      const to = isLast ? this.#number(INNER_END) : (nodes[at + START] ?? 0);
      if (!isBlank(bytes, from, to)) {
        const gap = Buffer.from(bytes.toString('latin1', from, to).replaceAll(COMMENT, ''), 'latin1');
        if (!isBlank(gap, 0, gap.length)) return true;
      }
      if (isLast) return false;
      from = nodes[at + END] ?? 0;
    }
  }

  /** The document that it is in, and where in it the bytes between its tags begin and end. */
  get source(): Buffer {
    return this.#document.bytes;
  }

  get from(): number {
    return this.#number(INNER);
  }

  get to(): number {
    return this.#number(INNER_END);
  }

  /** What stands between its tags, a byte for each character. */
  raw(): string {
    return this.source.toString('latin1', this.from, this.to);
  }

  /** Itself, tags included, as it came; undefined when that is no UTF-8. */
  outer(): string | undefined {
    return utf8Of(this.source.subarray(this.#number(START), this.#number(END)));
  }

  /** The attributes of its start tag as they came, with the space before them. */
  attributes(): string {
    const tag = this.source.toString('latin1', this.#number(START), this.from);
    return tag.slice(1 + this.name.length, tag.endsWith('/>') ? -2 : -1).trimEnd();
  }

  #number(which: number): number {
    return this.#document.nodes[this.#node + which] ?? 0;
  }

  #children(name: string | undefined): XmlElement[] {
    const document = this.#document;
    const { nodes, names } = document;
    const after = this.#number(AFTER);
    const found: XmlElement[] = [];
    for (let at = this.#node + NODE; at < after; at = nodes[at + AFTER] ?? after)
      if (name === undefined || names[nodes[at + NAME] ?? 0] === name)
        found.push(new XmlElement(document, at));
    return found;
  }

  #find(name: string): number {
    const { nodes, names } = this.#document;
    const after = this.#number(AFTER);
    let found = NONE;
    for (let at = this.#node + NODE; at < after; at = nodes[at + AFTER] ?? after) {
      if (names[nodes[at + NAME] ?? 0] !== name) continue;
      if (found !== NONE)
        throw undocumented(`the document of the answer cannot be read: <${this.name}> has two of <${name}>`);
      found = at;
    }
    return found;
  }

  #textAt(node: number): string | undefined {
    const { bytes, nodes, isPlain } = this.#document;
    const from = nodes[node + INNER] ?? 0;
    const to = nodes[node + INNER_END] ?? 0;
    if (to - from > MAX_TEXT_LENGTH) return undefined;
    const isLeaf = nodes[node + AFTER] === node + NODE;
    if (isLeaf && (isPlain || isPlainText(bytes, from, to))) return bytes.toString('latin1', from, to);
    const quoted = isLeaf ? quotedText(bytes, from, to) : undefined;
    if (quoted !== undefined) return quoted;
    const text = this.#bytesAt(node);
    return text && utf8Of(text);
  }

  #bytesAt(node: number): Buffer | undefined {
    const { bytes, nodes, isPlain } = this.#document;
    const from = nodes[node + INNER] ?? 0;
    const to = nodes[node + INNER_END] ?? 0;
    if (to - from > MAX_TEXT_LENGTH || nodes[node + AFTER] !== node + NODE) return undefined;
    if (isPlain || isPlainText(bytes, from, to)) return bytes.subarray(from, to);
    return textBytes(bytes.toString('latin1', from, to));
  }
}

const COMMENT = /<!--[^]*?-->|<\?[^]*?\?>/g;

/** A text that was read, by its bytes. */
export class RepeatedWord {
  #bytes: Buffer | undefined;
  #from = 0;
  #to = 0;
  text: string | undefined;

  isAt(bytes: Buffer, from: number, to: number): boolean {
    if (!this.#bytes || to - from !== this.#to - this.#from) return false;
    for (let i = to - from - 1; i >= 0; i--)
      if (bytes[from + i] !== this.#bytes[this.#from + i]) return false;
    return true;
  }

  learn(bytes: Buffer, from: number, to: number, text: string | undefined): void {
    this.#bytes = bytes;
    this.#from = from;
    this.#to = to;
    this.text = text;
  }
}

/**
 * Reads the document of an answer, and keeps every character of it: parsers of SDKs trim keys, and decode bytes that
 * are no UTF-8 into other keys. Entities are never declared, and namespaces stay a part of the names.
 *
 * @throws StoreError `Corrupt`, worth another attempt, when it is not well-formed or breaks off
 */
export function readXml(bytes: Buffer): XmlElement {
  return new XmlElement(new XmlDocument(bytes), 0);
}
