import { readXml, rootName, undocumented, type XmlElement } from '@store/kit';

/** Characters that an error shows of an answer. */
const SHOWN = 120;

/**
 * An answer as a document with this root.
 *
 * @throws StoreError `Corrupt` when it is something else: a page of a proxy, nothing at all
 */
export function parseAnswer(data: Buffer, root: string): XmlElement {
  if (rootName(data) === root) return readXml(data);
  const text = data.subarray(0, 4 * SHOWN).toString();
  const shown = text === '' ? 'nothing' : JSON.stringify(text.slice(0, SHOWN));
  throw undocumented(`the answer is no ${root} but ${shown}`);
}

/** A text that a document has to have. */
export function textIn(data: Buffer, root: string, name: string): string {
  const text = parseAnswer(data, root).textOf(name);
  if (text) return text;
  throw undocumented(`the ${root} has no ${name}`);
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
