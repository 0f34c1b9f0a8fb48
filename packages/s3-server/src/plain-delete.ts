import { isUtf8 } from 'node:buffer';
import { HEAD, isBlank, isOdd, withoutReferences } from './plain-xml.js';

/** More is read by those that say what is too much. */
const MAX_OBJECTS = 20_000;

const ROOT = /<Delete(?: xmlns="[^"<&]*")?>/y;
const OBJECT = '<Object><Key>';
const OBJECT_END = '</Key></Object>';
const END = '</Delete>';

/** A Delete document of nothing but keys. */
export interface PlainDelete {
  readonly keys: readonly string[];
  readonly quiet: boolean;
}

/** Documents that were read: a batch is looked at for the fault plan, and again to be carried out. */
const known = new WeakMap<Buffer, PlainDelete | undefined>();

/**
 * Reads what clients write of most batches: keys and nothing else, in one line. No element is made of it.
 *
 * @returns undefined for anything else: then it is a document for `parseStrictly`, or none
 */
export function readPlainDelete(body: Buffer): PlainDelete | undefined {
  if (known.has(body)) return known.get(body);
  const read = isUtf8(body) ? scan(body.toString()) : undefined;
  known.set(body, read);
  return read;
}

function scan(text: string): PlainDelete | undefined {
  if (isOdd(text)) return undefined;
  ROOT.lastIndex = HEAD.exec(text)?.[0].length ?? 0;
  if (!ROOT.test(text)) return undefined;
  const keys: string[] = [];
  let quiet: boolean | undefined;
  for (let at = ROOT.lastIndex; keys.length < MAX_OBJECTS;) {
    if (text.startsWith(OBJECT, at)) {
      const begin = at + OBJECT.length;
      const end = text.indexOf('<', begin);
      if (end <= begin || !text.startsWith(OBJECT_END, end)) return undefined;
      const key = text.slice(begin, end);
      if (key.includes('>')) return undefined;
      keys.push(withoutReferences(key));
      at = end + OBJECT_END.length;
    } else if (text.startsWith(END, at)) {
      if (keys.length === 0 || !isBlank(text.slice(at + END.length))) return undefined;
      return { keys, quiet: quiet ?? false };
    } else {
      const word = /^<Quiet>(true|false)<\/Quiet>/.exec(text.slice(at, at + 24))?.[1];
      if (word === undefined || quiet !== undefined) return undefined;
      quiet = word === 'true';
      at += '<Quiet></Quiet>'.length + word.length;
    }
  }
  return undefined;
}
