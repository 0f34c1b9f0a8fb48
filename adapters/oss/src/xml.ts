import { XMLParser } from 'fast-xml-parser';
import { StoreError } from '@store/core';
import { escapedBytes, keyOfBytes, keyOfUrlText, type ListedKey } from '@store/kit';

/**
 * An element with elements inside. Texts are its bytes, one character each, with the references in them as they came:
 * {@link textIn} and {@link keyIn} read them.
 */
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

/** Numbers stay texts, spaces stay (they may be keys), and so do references, which are read byte by byte. */
const parser = new XMLParser({
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  // In a listing a delete marker is an element with others inside, in a delete's answer it is `true`.
  isArray: (name, path) =>
    (LISTS.has(name) && !String(path).endsWith('Deleted.DeleteMarker')) ||
    (name === 'Error' && String(path) === 'DeleteResult.Error') ||
    (name === 'Job' && String(path).startsWith('ListJobsResult')),
});

/** Characters that an error shows of an answer. */
const SHOWN = 120;

/** Longest run of characters without a `<`; the longest text of OSS is an encoded key or token of some KiB. */
const MAX_RUN = 64 * 1024;

/** Most of `<`: a page of 1000 entries has some 25,000. */
const MAX_TAGS = 500_000;

/**
 * An answer as a document with this root.
 *
 * @throws StoreError `Corrupt` when it is something else: a page of a proxy, nothing at all
 */
export function parseAnswer(data: Buffer, root: string): XmlNode {
  const found = rootOf(data, root);
  if (isNode(found)) return found;
  // An element without anything in it is an empty text to the parser.
  if (found === '') return {};
  const text = data.subarray(0, 4 * SHOWN).toString();
  const shown = text === '' ? 'nothing' : JSON.stringify(text.slice(0, SHOWN));
  throw corrupt(`the answer is no ${root} but ${shown}`);
}

/** The value of the root, or undefined when the document has another one or is none. */
function rootOf(data: Buffer, root: string): unknown {
  // A character for each byte: what is not UTF-8 has to be seen.
  const text = data.toString('latin1').replace(/^\xef\xbb\xbf/, '');
  const [, encoding = 'utf-8'] = /^<\?xml[^>]*\sencoding\s*=\s*["']([^"']*)/.exec(text) ?? [];
  if (!/^utf-?8$/i.test(encoding) || !isBounded(text)) return undefined;
  try {
    const document: unknown = parser.parse(withoutSections(withCarriageReturns(text)), true);
    return isNode(document) ? document[root] : undefined;
  } catch {
    return undefined;
  }
}

/** The parser needs some 30 times the memory of a text for one that is long, and more for many elements. */
function isBounded(text: string): boolean {
  let from = 0;
  for (let tags = 0; tags <= MAX_TAGS; tags++) {
    const at = text.indexOf('<', from);
    if ((at === -1 ? text.length : at) - from > MAX_RUN) return false;
    if (at === -1) return true;
    from = at + 1;
  }
  return false;
}

/** Not a reference of XML, so that a key with it cannot be read. */
const UNREADABLE = '&cr;';

/**
 * XML takes a carriage return for a line feed, and the parser does it: a key with one, written as it is, would become
 * another key. Which of the two is meant is not to be known.
 */
function withCarriageReturns(text: string): string {
  if (!text.includes('\r')) return text;
  return text.replace(/>([^<>]*)<\//g, (all) => all.replaceAll('\r', UNREADABLE));
}

/** `<![CDATA[a&b]]>` as `a&amp;b`: there is one way to read texts. */
function withoutSections(text: string): string {
  if (!text.includes('<![CDATA[')) return text;
  return text.replace(/<!\[CDATA\[([^]*?)\]\]>/g, (_, inside: string) =>
    inside.replace(/[&<>]/g, (char) => ENTITIES[char] ?? char),
  );
}

export function nodes(node: XmlNode, name: string): XmlNode[] {
  const found = node[name];
  return Array.isArray(found) ? found.filter(isNode) : [];
}

export function nodeIn(node: XmlNode, name: string): XmlNode | undefined {
  const found = node[name];
  return isNode(found) ? found : undefined;
}

/** A text that is no key: what of it cannot be read is shown, not refused. */
export function textIn(node: XmlNode, name: string): string | undefined {
  const found = node[name];
  return typeof found === 'string' ? dereferenced(found).bytes.toString() : undefined;
}

/** Whether an answer has its keys percent-encoded, as it was asked to. @throws StoreError `Corrupt` for another way */
export function isUrlEncoded(answer: XmlNode): boolean {
  const said = answer['EncodingType'] ?? '';
  if (said === '') return false;
  if (said === 'url') return true;
  throw corrupt('the answer encodes its keys in a way that was not asked for');
}

/**
 * A key, byte by byte. OSS encodes a space as `%20`, so a `+` is a plus (its SDKs' tests).
 *
 * @throws StoreError `Corrupt` when there is none
 */
export function keyIn(node: XmlNode, name: string, urlEncoded: boolean): ListedKey {
  const found = node[name];
  if (typeof found !== 'string' || found === '') throw corrupt(`an entry of the answer has no ${name}`);
  const { bytes, readable } = dereferenced(found);
  if (!readable) return unreadable(Buffer.from(found, 'latin1'));
  const text = keyOfBytes(bytes);
  return urlEncoded && text.key !== undefined ? keyOfUrlText(text.key, false) : text;
}

function unreadable(bytes: Buffer): ListedKey {
  const name = escapedBytes(bytes);
  const message = `the answer names ${name}, whose character references cannot be read`;
  return { unnameable: { name, reason: { code: 'Corrupt', message, retryable: false } } };
}

const REFERENCE = /&(?:#(\d+)|#x([\dA-Fa-f]+)|(amp|lt|gt|quot|apos));|&/g;

const NAMED: Readonly<Record<string, number>> = { amp: 0x26, lt: 0x3c, gt: 0x3e, quot: 0x22, apos: 0x27 };

/** The bytes of a text with its references in their places, and whether all of them could be read. */
function dereferenced(text: string): { readonly bytes: Buffer; readonly readable: boolean } {
  let readable = true;
  const plain = text.replace(REFERENCE, (all, decimal?: string, hex?: string, name?: string) => {
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : NAMED[name ?? ''];
    if (code !== undefined && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff))
      return Buffer.from(String.fromCodePoint(code)).toString('latin1');
    readable = false;
    return all;
  });
  return { bytes: Buffer.from(plain, 'latin1'), readable };
}

export function corrupt(message: string): StoreError {
  // Something on the way may have answered in the place of the service.
  return new StoreError('Corrupt', message, { retryable: true });
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
