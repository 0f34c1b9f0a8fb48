import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { format, resolveConfig } from 'prettier';
import type { Part, PartResult } from '../parts/part.js';

const DOCS = new URL('../../../docs/', import.meta.url);
const DOCUMENT = new URL('benchmarks.md', DOCS);

const INTRODUCTION = `# Benchmarks

Written by \`npm run bench\`; each section says when and how. What can be compared are figures of one section: they come from one
run, in which everybody was measured in turn, each time in a process of its own. Time and CPU are those of the work, without
the start of the process (with it for commands). A time counts when everything under the prefix is gone and everything beside
it is still there.

The server is [\`@store/emulator\`](../packages/emulator) on the same machine, in a process of its own, with a model of a service:
50 ms for each request, 0.1 ms more for each key of a batch, 3,500 deleted keys a second in each partition (a range of the key
space), \`503 SlowDown\` beyond. It checks every signature and every digest, and takes CPU for that itself. Commands in the
tables are with their usual options.

![Times of the section "Deleting a prefix"](benchmarks.svg)
`;

/** The machine, as far as it matters. */
export function machine(): string {
  const [cpu] = cpus();
  return `${cpus().length} cores (${cpu?.model.trim()}), Node ${process.version}, ${process.platform}`;
}

type Section = Pick<Part, 'name' | 'title'>;

/** What `docs/benchmarks.md` has in a section; nothing where there is none. */
export async function sectionOf(part: Section): Promise<string> {
  const document = await readFile(DOCUMENT, 'utf8').catch(() => '');
  const from = document.indexOf(begin(part));
  return from < 0 ? '' : document.slice(from, document.indexOf(end(part), from));
}

/** Replaces the section of one part in `docs/benchmarks.md`. */
export async function writeSection(
  part: Section,
  { text, chart }: PartResult,
  command: string,
): Promise<void> {
  const section = `${begin(part)}\n\n## ${part.title}\n\n${text}\n\n\`${command}\`, ${date()}, ${machine()}\n\n${end(part)}\n`;
  const old = await readFile(DOCUMENT, 'utf8').catch(() => INTRODUCTION);
  const from = old.indexOf(begin(part));
  const to = old.indexOf(end(part));
  const document =
    from < 0 || to < 0
      ? `${old.trimEnd()}\n\n${section}`
      : old.slice(0, from) + section.trimEnd() + old.slice(to + end(part).length);
  const config = await resolveConfig(DOCUMENT);
  await writeFile(DOCUMENT, await format(document, { ...config, parser: 'markdown' }));
  if (chart !== undefined) await writeFile(new URL('benchmarks.svg', DOCS), chart);
}

function begin({ name }: Section): string {
  return `<!-- ${name} -->`;
}

function end({ name }: Section): string {
  return `<!-- end of ${name} -->`;
}

function date(): string {
  return new Date().toISOString().slice(0, 10);
}
