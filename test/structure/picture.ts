import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { packagesOf, roomsOf, type Graph } from './imports.js';

const STYLE = `
  rankdir=TB; ranksep=0.45; nodesep=0.18; fontname="Arial"; bgcolor="white"; compound=true;
  node [shape=box, style="rounded,filled", fillcolor="#f4f6f8", color="#8794a1", fontname="Arial", fontsize=11, margin="0.3,0.08"];
  edge [color="#8794a1", arrowsize=0.6];`;

/** What the drawing says of a node beside its name. */
const NOTES: Readonly<Record<string, string>> = {
  '@store/driver': 'the contract of adapters',
  '@store/engine': 'requests, repeated; listings, split',
  '@store/deletion': 'list → filter → batch → delete → account',
  'object-store': 'the interface',
  'store/': 'ObjectStore over a driver',
  'config/': 'openStore',
  'container/': 'for inversify',
};

const CORE = '@store/core';

/** The house as the code has it: the packages, and the rooms of core. */
export async function architectureSvg(): Promise<string> {
  const graphviz = await Graphviz.load();
  return `${graphviz.dot(dot(), 'svg').trim()}\n`;
}

function dot(): string {
  const packages = reduced(packagesOf());
  const others = new Map([...packages].filter(([name]) => name !== CORE));
  return `digraph store {${STYLE}
  subgraph cluster_core {
    label="${CORE}"; color="#8794a1"; style=rounded; margin=14;
${nodesOf(reduced(roomsOf('core')), 'core:')}
  }
${nodesOf(without(CORE, others), '')}
${[...others]
  .filter(([, needs]) => needs.has(CORE))
  .map(([name]) => `  "${name}" -> "core:index" [lhead=cluster_core];`)
  .join('\n')}
${Array.from(packages.get(CORE) ?? [], (name) => `  "core:object-store" -> "${name}" [ltail=cluster_core];`).join('\n')}
}`;
}

function nodesOf(graph: Graph, prefix: string): string {
  return [...graph]
    .flatMap(([name, others]) => [
      `    "${prefix}${name}" [label="${[name, ...(NOTES[name] ? [NOTES[name]] : [])].join('\\n')}"];`,
      ...Array.from(others, (other) => `    "${prefix}${name}" -> "${prefix}${other}";`),
    ])
    .join('\n');
}

/** Without the arrows to one node. */
function without(node: string, graph: Graph): Graph {
  return new Map(
    [...graph].map(([name, others]) => [name, new Set([...others].filter((one) => one !== node))]),
  );
}

/** Without the arrows that a longer way implies: what is left can be looked at. */
function reduced(graph: Graph): Graph {
  const reaches = (from: string, to: string): boolean =>
    [...(graph.get(from) ?? [])].some((next) => next === to || reaches(next, to));
  return new Map(
    [...graph].map(([name, others]) => [
      name,
      new Set(
        [...others].filter((other) => ![...others].some((via) => via !== other && reaches(via, other))),
      ),
    ]),
  );
}
