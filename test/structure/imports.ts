import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A file or a folder, and what it imports, types included. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** The folders of the packages, from the root. */
const PACKAGES: readonly string[] = [
  'core',
  ...['adapters', 'packages', 'integrations'].flatMap((group) =>
    readdirSync(join(ROOT, group)).map((name) => `${group}/${name}`),
  ),
].toSorted();

/** The source files of packages, by their paths from the root, and those that each imports by a relative path. */
export function filesOf(packages = PACKAGES): Graph {
  return new Map(
    packages.flatMap((directory) =>
      readdirSync(join(ROOT, directory, 'src'), { encoding: 'utf8', recursive: true })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => `${directory}/src/${name.replaceAll('\\', '/')}`)
        .toSorted()
        .map((file) => [file, importsOf(file)] as const),
    ),
  );
}

function importsOf(file: string): Set<string> {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const found = text.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)'(\.[^']*)\.js'/g);
  return new Set(
    Array.from(found, ([, path = '']) => join(dirname(file), `${path}.ts`).replaceAll('\\', '/')),
  );
}

/** The folders of a package, and the files beside them, as one node each: `errors`, `listing/`. */
export function roomsOf(directory: string): Graph {
  const rooms = new Map<string, Set<string>>();
  for (const [file, imports] of filesOf([directory])) {
    const room = roomOf(directory, file);
    const reached = rooms.get(room) ?? new Set();
    rooms.set(room, reached);
    for (const other of imports) {
      const target = roomOf(directory, other);
      if (target !== room) reached.add(target);
    }
  }
  return rooms;
}

function roomOf(directory: string, file: string): string {
  const [first = '', ...inside] = relative(`${directory}/src`, file).replaceAll('\\', '/').split('/');
  return inside.length > 0 ? `${first}/` : first.replace(/\.ts$/, '');
}

/** The packages, and those that each needs when it runs. */
export function packagesOf(): Graph {
  const manifests = PACKAGES.map((directory) => {
    const manifest: unknown = JSON.parse(readFileSync(join(ROOT, directory, 'package.json'), 'utf8'));
    return manifest as { readonly name: string; readonly dependencies?: Readonly<Record<string, string>> };
  });
  const names = new Set(manifests.map(({ name }) => name));
  return new Map(
    manifests
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, dependencies = {} }) => [
        name,
        new Set(Object.keys(dependencies).filter((other) => names.has(other))),
      ]),
  );
}

/** A way that leads back to where it began; undefined when there is none. */
export function circleIn(graph: Graph): readonly string[] | undefined {
  const done = new Set<string>();
  const walk = (node: string, way: readonly string[]): readonly string[] | undefined => {
    const at = way.indexOf(node);
    if (at >= 0) return [...way.slice(at), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const circle = walk(next, [...way, node]);
      if (circle) return circle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const circle = walk(node, []);
    if (circle) return circle;
  }
  return undefined;
}
