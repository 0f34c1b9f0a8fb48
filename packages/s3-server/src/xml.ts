import { isUtf8 } from 'node:buffer';
import { parsePlainXml } from './plain-xml.js';
import { withinXmlLimits } from './xml-limits.js';
import { parseXml, XmlElement, type ParseOptions } from './xml-parser.js';

export { XmlElement } from './xml-parser.js';

/** An element with elements (already written) inside. */
export function element(name: string, ...children: readonly (string | undefined)[]): string {
  return `<${name}>${children.join('')}</${name}>`;
}

/** An element with a text, or nothing when there is no text. */
export function textElement(name: string, text: string | number | boolean | undefined): string {
  return text === undefined ? '' : `<${name}>${escapeXml(String(text))}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/**
 * Characters that XML 1.0 cannot carry come as character references: not well-formed either, and what S3 sends
 * when a client does not ask for `encoding-type=url`.
 */
export function escapeXml(text: string): string {
  // Nearly all texts have nothing to escape.
  if (/^[ !#-%'-;=?-~]*$/.test(text)) return text;
  return text.replace(/[&<>"\p{Cc}\u2028\ufffe\uffff]/gu, (char) =>
    char === '\t' ? char : (ENTITIES[char] ?? `&#x${char.charCodeAt(0).toString(16)};`),
  );
}

/** Documents that were parsed: a batch is looked at for the fault plan, and again to be carried out. */
const parsed = new WeakMap<Buffer, Map<boolean, XmlElement | undefined>>();

/** Parses strictly by XML 1.0. @returns undefined when the text is not a document */
export function parseStrictly(body: Buffer): XmlElement | undefined {
  return parse(body, {});
}

/** Parses a document in which control characters may stand as references, which XML 1.0 does not allow. */
export function parseWithReferences(body: Buffer): XmlElement | undefined {
  return parse(body, { anyReference: true });
}

function parse(body: Buffer, options: ParseOptions): XmlElement | undefined {
  const { anyReference = false } = options;
  const documents = parsed.get(body) ?? new Map<boolean, XmlElement | undefined>();
  parsed.set(body, documents);
  if (!documents.has(anyReference)) documents.set(anyReference, readDocument(body, options));
  return documents.get(anyReference);
}

function readDocument(body: Buffer, options: ParseOptions): XmlElement | undefined {
  const plain = isUtf8(body) ? parsePlainXml(body.toString()) : undefined;
  if (plain) return plain;
  return withinXmlLimits(body) ? parseXml(body, options) : undefined;
}

/** The child elements of this name. */
export function childrenOf(parent: XmlElement, name?: string): XmlElement[] {
  return parent.children.filter(
    (child): child is XmlElement =>
      child instanceof XmlElement && (name === undefined || child.name === name),
  );
}

/** An element as text again. */
export function serialise(node: XmlElement): string {
  const children = childrenOf(node);
  return element(node.name, children.length > 0 ? children.map(serialise).join('') : escapeXml(node.text));
}

/** The text of the only child of this name. */
export function childText(parent: XmlElement, name: string): string | undefined {
  for (const child of parent.children) {
    if (child instanceof XmlElement && child.name === name) return child.text;
  }
  return undefined;
}
