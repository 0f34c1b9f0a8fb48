import { readXml, rootName, undocumented, whatCame, type XmlElement } from '@store/kit';

/**
 * An answer as a document with this root.
 *
 * @throws StoreError `Corrupt` when it is something else: a page of a proxy, nothing at all
 */
export function parseAnswer(data: Buffer, root: string): XmlElement {
  if (rootName(data) === root) return readXml(data);
  throw undocumented(`the answer is no ${root} but ${whatCame(data)}`);
}
