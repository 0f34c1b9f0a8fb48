import { XMLParser } from 'fast-xml-parser';
import { StoreError } from '@store/core';

/** An element with elements inside; texts are strings. */
export type XmlNode = Readonly<Record<string, unknown>>;

const LISTS = new Set([
  'Contents',
  'CommonPrefixes',
  'Version',
  'DeleteMarker',
  'Deleted',
  'Upload',
  'Part',
  'Tag',
  'Rule',
]);

/** Numbers stay texts, and spaces stay: they may be keys. */
const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  // In a listing a delete marker is an element with others inside, in a delete's answer it is `true`.
  isArray: (name, path) =>
    (LISTS.has(name) && !String(path).endsWith('Deleted.DeleteMarker')) ||
    (name === 'Job' && String(path).startsWith('ListJobsResult')),
});

/**
 * An answer as a document with this root.
 *
 * @throws StoreError `Corrupt` when it is something else: a page of a proxy, nothing at all
 */
export function parseAnswer(data: Buffer, root: string): XmlNode {
  const text = data.toString();
  let document: unknown;
  try {
    document = parser.parse(text, true);
  } catch {
    document = undefined;
  }
  const found = isNode(document) ? document[root] : undefined;
  if (isNode(found)) return found;
  // An element without anything in it is an empty text to the parser.
  if (found === '') return {};
  const shown = text === '' ? 'nothing' : JSON.stringify(text.slice(0, 120));
  throw new StoreError('Corrupt', `the answer is no ${root} but ${shown}`);
}

export function nodes(node: XmlNode, name: string): XmlNode[] {
  const found = node[name];
  return Array.isArray(found) ? found.filter(isNode) : [];
}

export function nodeIn(node: XmlNode, name: string): XmlNode | undefined {
  const found = node[name];
  return isNode(found) ? found : undefined;
}

export function textIn(node: XmlNode, name: string): string | undefined {
  const found = node[name];
  return typeof found === 'string' ? found : undefined;
}

function isNode(value: unknown): value is XmlNode {
  return typeof value === 'object' && value !== null;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

const ESCAPED = /[&<>"'\p{Cc}\u2028\ufffe\uffff]/gu;

/**
 * A text inside an element. Control characters go as character references, which XML 1.0 does not allow and OSS
 * takes (documented by its Java SDK's integration test; not tried on the service).
 */
export function escapeText(text: string): string {
  return text.replace(ESCAPED, (char) => ENTITIES[char] ?? `&#${char.charCodeAt(0)};`);
}
