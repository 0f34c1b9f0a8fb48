import { parseXml as parseDocument, XmlCdata, XmlElement as Parsed, XmlText } from '@rgrove/parse-xml';

/** An element of a document: texts and elements, in their order. Comments and processing instructions are left out. */
export class XmlElement {
  readonly name: string;
  readonly children: readonly (XmlElement | string)[];

  constructor(name: string, children: readonly (XmlElement | string)[]) {
    this.name = name;
    this.children = children;
  }

  /** All text in it, that of its elements included. */
  get text(): string {
    const [only] = this.children;
    if (this.children.length === 1 && typeof only === 'string') return only;
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

/** Most tags and the like. The largest document that a service here takes has 10,000 parts, with some elements each. */
const MAX_MARKUP = 200_000;
const MAX_DEPTH = 32;

/**
 * Parses a document of XML 1.0 in UTF-8, without a document type: there are no entities but the five of XML. What has
 * too many elements or is nested too deeply is refused before it is parsed, so that a document costs no more than its
 * length.
 *
 * @returns the root, or undefined when the text is not such a document
 */
export function parseXml(
  body: Uint8Array,
  { anyReference = false }: ParseOptions = {},
): XmlElement | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    if (tooMuch(text)) return undefined;
    const { root } = parseDocument(anyReference ? setAside(text) : text, { preserveCdata: true });
    return root ? elementOf(root, anyReference) : undefined;
  } catch {
    return undefined;
  }
}

/** What is inside of comments and CDATA counts too: documents of services have none. */
function tooMuch(text: string): boolean {
  let markup = 0;
  let depth = 0;
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at + 1)) {
    if (++markup > MAX_MARKUP || text.startsWith('!DOCTYPE', at + 1)) return true;
    if (text.startsWith('/', at + 1)) depth--;
    else if (!/[!?]/.test(text.charAt(at + 1)) && !closesItself(text, at) && ++depth > MAX_DEPTH) return true;
  }
  return false;
}

function closesItself(text: string, at: number): boolean {
  return text.charAt(text.indexOf('>', at) - 1) === '/';
}

/**
 * Begins what stands for a reference that the parser would refuse, up to a semicolon. Where this character itself stands
 * in a document it is written in the same way, with nothing before the semicolon, so that no text can be mistaken.
 */
const MARK = '\ue000';

function setAside(text: string): string {
  return text.replaceAll(MARK, `${MARK};`).replace(/&#(x[\da-f]+|\d+);/gi, (reference, number: string) => {
    const code = codeOf(number);
    return isCharacter(code) && (code === MARK.charCodeAt(0) || !isAllowed(code))
      ? `${MARK}${number};`
      : reference;
  });
}

const ASIDE = new RegExp(`${MARK}([^;]*);`, 'g');

function putBack(text: string, inCdata: boolean): string {
  return text.replace(ASIDE, (_, number: string) => {
    if (number === '') return MARK;
    // In a CDATA section it was text.
    return inCdata ? `&#${number};` : String.fromCodePoint(codeOf(number));
  });
}

function codeOf(number: string): number {
  return number.startsWith('x') || number.startsWith('X')
    ? Number.parseInt(number.slice(1), 16)
    : Number(number);
}

function isCharacter(code: number): boolean {
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

/** Whether XML 1.0 allows a reference to it (§2.2 Char). */
function isAllowed(code: number): boolean {
  return (code > 0x1f || code === 0x9 || code === 0xa || code === 0xd) && code !== 0xfffe && code !== 0xffff;
}

function elementOf({ name, children }: Parsed, aside: boolean): XmlElement {
  return new XmlElement(
    name,
    children.flatMap((child): (XmlElement | string)[] => {
      if (child instanceof Parsed) return [elementOf(child, aside)];
      if (!(child instanceof XmlText)) return [];
      return [aside ? putBack(child.text, child instanceof XmlCdata) : child.text];
    }),
  );
}
