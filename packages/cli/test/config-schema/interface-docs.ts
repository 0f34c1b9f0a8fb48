import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What is written about the properties of an interface. */
export type InterfaceDocs = ReadonlyMap<string, { readonly doc: string; readonly type: string }>;

const INTERFACE = /^(?:export )?interface (\w+)(?:<.*?>)?(?: extends ([^{]+))? \{\n([\s\S]*?)^\}/gm;
const PROPERTY = /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?readonly (\w+)\??: ([^;]+);/g;

/** Reads the documentation of the interfaces in the declarations under these directories. */
export function readInterfaces(directories: readonly string[]): ReadonlyMap<string, InterfaceDocs> {
  const found = new Map<string, InterfaceDocs>();
  const parents = new Map<string, readonly string[]>();
  for (const path of directories.flatMap(declarationsIn)) {
    for (const [, name = '', bases = '', body = ''] of readFileSync(path, 'utf8').matchAll(INTERFACE)) {
      const properties = Array.from(body.matchAll(PROPERTY), ([, doc = '', property = '', type = '']) => {
        return [property, { doc: plain(doc), type }] as const;
      });
      found.set(name, new Map(properties));
      parents.set(name, bases.match(/\w+/g) ?? []);
    }
  }
  const whole = (name: string): (readonly [string, { doc: string; type: string }])[] => [
    ...(parents.get(name) ?? []).flatMap(whole),
    ...(found.get(name) ?? []),
  ];
  return new Map(Array.from(found.keys(), (name) => [name, new Map(whole(name))]));
}

function declarationsIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.d.ts'))
    .map((name) => join(directory, name));
}

/** The text of a comment in one line. */
function plain(comment: string): string {
  return comment
    .replace(/^\s*\* ?/gm, '')
    .replace(/\{@link (\S+?)\}/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}
