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
