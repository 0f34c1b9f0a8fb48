import { XmlElement } from './xml-parser.js';

/** As documents of services are, with much to spare for none of them. */
const MAX_TAGS = 100_000;
const MAX_DEPTH = 16;

/** What may stand before the root. */
export const HEAD = /^(?:<\?xml version="1\.0"(?: encoding="utf-8")?\?>)?[ \t\n]*/i;
const NAME = /^[A-Za-z][A-Za-z0-9]*$/;
const ROOT_NAME = /^([A-Za-z][A-Za-z0-9]*)(?: xmlns="[^"<&]*")?$/;
const BLANK = /^[ \t\n]*$/;

/** Carriage returns (which XML changes), and what no document may contain. */
const ODD_CHARACTER = /[^\P{Cc}\t\n]|[\ufffe\uffff]/u;

/** Others than the five of XML and numbers of printable ASCII, which many clients write in place of the five. */
const ODD_REFERENCE = /&(?!(?:amp|lt|gt|quot|apos|#(?:3[2-9]|[4-9]\d|1[01]\d|12[0-6]));)/;

const REFERENCES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
};

/** Whether a text has something that only a parser of all of XML can judge. */
export function isOdd(text: string): boolean {
  return ODD_CHARACTER.test(text) || (text.includes('&') && ODD_REFERENCE.test(text));
}

export function isBlank(text: string): boolean {
  return BLANK.test(text);
}

interface Open {
  readonly name: string;
  readonly children: (XmlElement | string)[];
}

/**
 * Parses what nearly all documents of clients are: elements without attributes and texts, nothing else. A batch of a
 * thousand keys is read many times as fast as by a parser of all of XML.
 *
 * @returns the same as `parseXml`, or undefined: then the document is something for that, or it is none
 */
export function parsePlainXml(text: string): XmlElement | undefined {
  if (isOdd(text)) return undefined;
  const open: Open[] = [];
  let at = HEAD.exec(text)?.[0].length ?? 0;
  for (let tags = 0; tags < MAX_TAGS; tags++) {
    const less = text.indexOf('<', at);
    const greater = text.indexOf('>', at);
    // Also a text with a `>` in it.
    if (less < 0 || greater < less) return undefined;
    const inner = open.at(-1);
    if (less > at) {
      if (!inner) return undefined;
      inner.children.push(withoutReferences(text.slice(at, less)));
    }
    at = greater + 1;
    if (text.charAt(less + 1) !== '/') {
      const name = nameOf(text.slice(less + 1, greater), !inner);
      if (name === undefined || open.length === MAX_DEPTH) return undefined;
      open.push({ name, children: [] });
      continue;
    }
    if (!inner || text.slice(less + 2, greater) !== inner.name) return undefined;
    const element = new XmlElement(inner.name, inner.children);
    open.pop();
    const outer = open.at(-1);
    if (!outer) return isBlank(text.slice(at)) ? element : undefined;
    outer.children.push(element);
  }
  return undefined;
}

function nameOf(tag: string, root: boolean): string | undefined {
  if (root) return ROOT_NAME.exec(tag)?.[1];
  return NAME.test(tag) ? tag : undefined;
}

/** @param text that is not odd */
export function withoutReferences(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d+)|[a-z]+);/g, (reference, code?: string) =>
    code === undefined ? (REFERENCES[reference] ?? reference) : String.fromCharCode(Number(code)),
  );
}
