/** What an element holds: a text, or elements by their names, in this order. */
export type XmlContent = string | number | boolean | { readonly [name: string]: XmlElements };

/** Elements of one name: one, several, or none. */
type XmlElements = XmlContent | readonly XmlContent[] | undefined;

const ESCAPED = /[&<>"'\p{Cc}\u2028\ufffe\uffff]/gu;

const PLAIN = /^[ !#-%(-;=?-~]*$/;

/** Whether a text is of printable ASCII that stands for itself. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text);
}

/**
 * A text as it stands in a document. Line ends and tabs go as numbers, or XML takes them for others; other control
 * characters do too: XML 1.0 does not allow that, and services take it.
 */
export function escapedText(text: string): string {
  return isPlain(text) ? text : text.replace(ESCAPED, (char) => `&#${char.charCodeAt(0)};`);
}

/** Elements of this name. */
export function xmlOf(name: string, elements: XmlElements): string {
  if (elements === undefined) return '';
  if (isList(elements)) return elements.map((one) => xmlOf(name, one)).join('');
  const inside =
    typeof elements === 'object'
      ? Object.entries(elements).map(([child, content]) => xmlOf(child, content))
      : [escapedText(String(elements))];
  return `<${name}>${inside.join('')}</${name}>`;
}

function isList(elements: XmlContent | readonly XmlContent[]): elements is readonly XmlContent[] {
  return Array.isArray(elements);
}

/** What a document that is sent begins with. */
export const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>';

/** A whole document, as it is sent. @param attributes of its root, with the space before them */
export function xmlDocument(name: string, content: XmlContent, attributes = ''): Buffer {
  const inside = xmlOf(name, content).slice(`<${name}`.length);
  return Buffer.from(`${DECLARATION}<${name}${attributes}${inside}`);
}
