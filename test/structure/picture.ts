import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { packagesOf, roomsOf, type Graph } from './imports.js';

const STYLE = `
  rankdir=TB; ranksep=0.45; nodesep=0.18; fontname="Arial"; bgcolor="white"; compound=true;
  node [shape=box, style="rounded,filled", fillcolor="#f4f6f8", color="#8794a1", fontname="Arial", fontsize=11, margin="0.3,0.08"];
  edge [color="#8794a1", arrowsize=0.6];`;

/** What the drawing says of a node beside its name. */
const NOTES: Readonly<Record<string, string>> = {
  driver: 'the contract of adapters: facets',
  requests: 'what its calls take and give',
  'engine/': 'one request, repeated; pages, followed',
  'listing/': 'pages, checked',
  'ranges/': 'a listing, split while it runs',
  'deletion/': 'list → filter → batch → delete → account',
  'store/': 'ObjectStore over a driver',
  'config/': 'openStore',
  'container/': 'for inversify',
  'options/': 'one table of options an operation',
};

/** The house as the code has it: the packages, and the rooms of core. */
export async function architectureSvg(): Promise<string> {
  const graphviz = await Graphviz.load();
  return `${graphviz.dot(dot(), 'svg').trim()}\n`;
}

function dot(): string {
  const packages = packagesOf();
  return `digraph store {${STYLE}
  subgraph cluster_core {
    label="@store/core"; color="#8794a1"; style=rounded; margin=14;
${nodesOf(reduced(roomsOf('core')), 'core:')}
  }
${nodesOf(reduced(withoutCore(packages)), '')}
${[...packages]
  .filter(([name, needs]) => needs.has('@store/core') && !needsOnlyThrough(packages, name))
  .map(([name]) => `  "${name}" -> "core:extend" [lhead=cluster_core];`)
  .join('\n')}
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

function withoutCore(graph: Graph): Graph {
  const others = [...graph].filter(([name]) => name !== '@store/core');
  return new Map(
    others.map(([name, needs]) => [name, new Set([...needs].filter((one) => one !== '@store/core'))]),
  );
}

/** Core is reached by way of another package that is needed too. */
function needsOnlyThrough(graph: Graph, name: string): boolean {
  return [...(graph.get(name) ?? [])].some(
    (other) => other !== '@store/core' && graph.get(other)?.has('@store/core'),
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
