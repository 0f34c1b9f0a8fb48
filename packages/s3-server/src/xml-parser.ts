/** An element of a document: texts and elements, in their order. Comments and processing instructions are left out. */
export class XmlElement {
  readonly name: string;
  readonly children: (XmlElement | string)[] = [];

  constructor(name: string) {
    this.name = name;
  }

  /** All text in it, that of its elements included. */
  get text(): string {
    return this.children.map((child) => (typeof child === 'string' ? child : child.text)).join('');
  }
}

export interface ParseOptions {
  /**
   * References may stand for any character, as in `&#1;`: not well-formed by XML 1.0, and what some services take.
   * Default false.
   */
  readonly anyReference?: boolean | undefined;
}

/** The largest document that a service here takes is 10,000 parts of an upload, with a handful of elements each. */
const MAX_ELEMENTS = 100_000;
const MAX_DEPTH = 32;
const MAX_ATTRIBUTES = 32;

const START = String.raw`:A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\u{10000}-\u{effff}`;
const NAME = `[${START}][${START}\\-.0-9\\xb7\\u0300-\\u036f\\u203f\\u2040]*`;
const sticky = (source: string): RegExp => new RegExp(source, 'uy');

const DECLARATION = sticky(
  String.raw`<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*(?:"1\.\d+"|'1\.\d+')(?:[ \t\n]+encoding[ \t\n]*=[ \t\n]*(?:"([A-Za-z][\w.\-]*)"|'([A-Za-z][\w.\-]*)'))?(?:[ \t\n]+standalone[ \t\n]*=[ \t\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\n]*\?>`,
);
const SPACE = sticky('[ \\t\\n]+');
const START_TAG = sticky(`<(${NAME})`);
const ATTRIBUTE = sticky(`[ \\t\\n]+(${NAME})[ \\t\\n]*=[ \\t\\n]*(?:"([^"<]*)"|'([^'<]*)')`);
const START_TAG_END = sticky('[ \\t\\n]*(/?)>');
const END_TAG = sticky(`</(${NAME})[ \\t\\n]*>`);
const INSTRUCTION = sticky(`<\\?(?!xml[ \\t\\n?])(${NAME})(?=[ \\t\\n]|\\?>)`);
const REFERENCE = sticky('&(?:#(\\d{1,10})|#x([\\da-fA-F]{1,8})|(amp|lt|gt|quot|apos));');
/** Control characters but for tab, newline, carriage return and those above ASCII; and two that are no characters. */
const ILLEGAL = /[^\P{Cc}\t\n\r\x7f-\x9f]|[\ufffe\uffff]/u;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Parses a document of XML 1.0 in UTF-8, without a document type: there are no entities but the five of XML. What has
 * too many elements or is nested too deeply is refused at the first one that is too many, so that a document costs no
 * more than its length.
 *
 * References are decoded where they stand, never before: nothing has to stand for them in the meantime, and what looks
 * like one in a CDATA section is text.
 *
 * @returns the root, or undefined when the text is not such a document
 */
export function parseXml(body: Uint8Array, options: ParseOptions = {}): XmlElement | undefined {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
  if (ILLEGAL.test(text)) return undefined;
  return new Parser(text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text, options).document();
}

/** Every method says whether it found what it is named for, and stands behind it then. */
class Parser {
  readonly #text: string;
  readonly #anyReference: boolean;
  #at = 0;
  #elements = 0;
  readonly #open: XmlElement[] = [];

  constructor(text: string, { anyReference = false }: ParseOptions) {
    this.#text = text;
    this.#anyReference = anyReference;
  }

  document(): XmlElement | undefined {
    const declared = this.#match(DECLARATION);
    if (declared && !/^(?:utf-?8|us-ascii)?$/i.test(declared[1] ?? declared[2] ?? '')) return undefined;
    this.#miscellany();
    const root = this.#startTag();
    if (!root) return undefined;
    while (this.#open.length > 0) if (!this.#content()) return undefined;
    this.#miscellany();
    return this.#at === this.#text.length ? root : undefined;
  }

  #miscellany(): void {
    while (this.#match(SPACE) || this.#comment() || this.#instruction());
  }

  /** One piece of what stands in an element. */
  #content(): boolean {
    const parent = this.#open.at(-1);
    if (!parent) return false;
    if (!this.#text.startsWith('<', this.#at)) return this.#textIn(parent);
    const end = this.#match(END_TAG);
    if (end) return this.#open.pop()?.name === end[1];
    return (
      this.#cdataIn(parent) || this.#comment() || this.#instruction() || this.#startTag(parent) !== undefined
    );
  }

  #textIn(parent: XmlElement): boolean {
    if (this.#text.startsWith('&', this.#at)) {
      const char = this.#reference();
      if (char !== undefined) parent.children.push(char);
      return char !== undefined;
    }
    const next = endOfText(this.#text, this.#at);
    const text = this.#text.slice(this.#at, next);
    // An element that does not end.
    if (next === this.#text.length || text.includes(']]>')) return false;
    parent.children.push(text);
    this.#at = next;
    return true;
  }

  #reference(): string | undefined {
    const [found, decimal, hex, entity] = this.#match(REFERENCE) ?? [];
    if (found === undefined) return undefined;
    if (entity !== undefined) return ENTITIES[entity];
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined;
    const char = String.fromCodePoint(code);
    return this.#anyReference || !ILLEGAL.test(char) ? char : undefined;
  }

  #startTag(parent?: XmlElement): XmlElement | undefined {
    const [, name] = this.#match(START_TAG) ?? [];
    if (name === undefined || ++this.#elements > MAX_ELEMENTS || this.#open.length >= MAX_DEPTH)
      return undefined;
    if (!this.#attributes()) return undefined;
    const [, empty] = this.#match(START_TAG_END) ?? [];
    if (empty === undefined) return undefined;
    const element = new XmlElement(name);
    parent?.children.push(element);
    if (empty === '') this.#open.push(element);
    return element;
  }

  /** Nothing here asks for attributes; they have to be right. */
  #attributes(): boolean {
    const names = new Set<string>();
    for (let found = this.#match(ATTRIBUTE); found; found = this.#match(ATTRIBUTE)) {
      const [, name = '', double, single = ''] = found;
      if (names.has(name) || names.size >= MAX_ATTRIBUTES) return false;
      names.add(name);
      if (!this.#areReferences(double ?? single)) return false;
    }
    return true;
  }

  #areReferences(value: string): boolean {
    const inside = new Parser(value, { anyReference: this.#anyReference });
    for (let at = value.indexOf('&'); at >= 0; at = value.indexOf('&', at + 1)) {
      inside.#at = at;
      if (inside.#reference() === undefined) return false;
    }
    return true;
  }

  #cdataIn(parent: XmlElement): boolean {
    const begin = '<![CDATA[';
    if (!this.#text.startsWith(begin, this.#at)) return false;
    const end = this.#text.indexOf(']]>', this.#at + begin.length);
    if (end < 0) return false;
    parent.children.push(this.#text.slice(this.#at + begin.length, end));
    this.#at = end + 3;
    return true;
  }

  #comment(): boolean {
    if (!this.#text.startsWith('<!--', this.#at)) return false;
    const end = this.#text.indexOf('--', this.#at + 4);
    if (end < 0 || !this.#text.startsWith('-->', end)) return false;
    this.#at = end + 3;
    return true;
  }

  #instruction(): boolean {
    const begin = this.#at;
    const [, target] = this.#match(INSTRUCTION) ?? [];
    const end = target === undefined ? -1 : this.#text.indexOf('?>', this.#at);
    if (end < 0 || target?.toLowerCase() === 'xml') {
      this.#at = begin;
      return false;
    }
    this.#at = end + 2;
    return true;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text) ?? undefined;
    if (found) this.#at = pattern.lastIndex;
    return found;
  }
}

function endOfText(text: string, from: number): number {
  const pattern = /[<&]/g;
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
