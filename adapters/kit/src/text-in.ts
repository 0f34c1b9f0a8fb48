import { undocumented } from './undocumented.js';
import type { XmlElement } from './xml.js';

/** A text that an answer has to have. @throws StoreError `Corrupt` where it has none */
export function textIn(element: XmlElement, name: string): string {
  const text = element.textOf(name);
  if (text !== undefined) return text;
  throw undocumented(`the answer, a ${element.name}, has no ${name}`);
}
