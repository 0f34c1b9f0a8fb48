// A few figures in about a minute, beside those in docs/benchmarks.md. Memory and requests have limits, as they hardly depend on
// what else the machine does; what is over one ends this with an error. Time and CPU are there to be looked at.
//
//   npm run bench:figures [-- --write]
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { serverGround } from './ground.js';
import type { EngineRun } from './million-keys.js';
import { LOAD, PREFIX } from './parts/part.js';
import { machine, sectionOf, writeSection } from './report/document.js';
import { markdownTable, mebibytes } from './report/markdown.js';
import { roundRobin } from './round-robin.js';
import { BenchServer } from './server/bench-server.js';

const SECTION = { name: 'figures', title: 'What CI measures again' };

const KEYS = 50_000;

interface Figure {
  readonly label: string;
  readonly value: string;
  /** The most that it may be; undefined where the machine decides. */
  readonly limit?: number | undefined;
}

/** A million keys through the engine alone: {@link EngineRun}. */
async function engineFigures(): Promise<readonly Figure[]> {
  const script = fileURLToPath(new URL('million-keys.js', import.meta.url));
  const child = fork(script, { execArgv: ['--expose-gc'], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const { keys, peakBytes, seconds, cpuSeconds } = await new Promise<EngineRun>((resolve, reject) => {
    // Of our own child.
    child.once('message', (message) => resolve(message as EngineRun));
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code} and said nothing`)));
  });
  const title = `The engine alone, ${keys.toLocaleString('en')} keys`;
  return [
    { label: `${title}: peak RSS above the start, MiB`, value: mebibytes(peakBytes), limit: 100 },
    ...costs(title, keys, seconds, cpuSeconds),
  ];
}

/** `deletePrefix` over HTTP, as in the first part of `npm run bench`, with fewer keys. */
async function emulatorFigures(): Promise<readonly Figure[]> {
  const server = await BenchServer.start();
  try {
    const load = { ...LOAD, partitions: 64 };
    const ground = serverGround(server, { prefixes: [PREFIX], shape: 'hashed', keys: KEYS, load });
    const say = (line: string): void => console.error(line);
    const [row] = await roundRobin({ ground, contestants: ['ours'], rounds: 1, task: 'delete', say });
    const [sample] = row?.samples ?? [];
    if (!sample) throw new Error(row?.problem ?? 'nothing was measured');
    const { requests, peakRss, rssBefore, seconds, cpuSeconds } = sample;
    const title = `S3 on the emulator, ${KEYS.toLocaleString('en')} hashed keys`;
    const perThousand = (1000 * (requests.list + requests.delete + requests.other)) / KEYS;
    return [
      { label: `${title}: requests for 1,000 keys`, value: perThousand.toFixed(2), limit: 2.4 },
      { label: `${title}: peak RSS above the start, MiB`, value: mebibytes(peakRss - rssBefore), limit: 120 },
      ...costs(title, KEYS, seconds, cpuSeconds),
    ];
  } finally {
    await server.stop();
  }
}

function costs(title: string, keys: number, seconds: number, cpuSeconds: number): readonly Figure[] {
  return [
    { label: `${title}: time, s`, value: seconds.toFixed(2) },
    {
      label: `${title}: CPU for 100,000 keys, s`,
      value: ((cpuSeconds / keys) * 100_000).toFixed(3),
    },
  ];
}

/** What the document has under the label of a figure. */
function committedIn(section: string, label: string): string {
  const line = section.split('\n').find((one) => one.startsWith(`| ${label} `));
  return line?.split('|')[2]?.trim() ?? '';
}

const limitCell = ({ limit }: Figure): string => (limit === undefined ? '' : String(limit));

const figures = [...(await engineFigures()), ...(await emulatorFigures())];
if (process.argv.includes('--write')) {
  const rows = figures.map((figure) => [figure.label, figure.value, limitCell(figure)]);
  const text = `Where there is a limit, more is a failure.\n\n${markdownTable(['', 'measured', 'at most'], rows)}`;
  await writeSection(SECTION, { text }, 'npm run bench:figures -- --write');
}
const section = await sectionOf(SECTION);
const rows = figures.map((figure) => [
  figure.label,
  figure.value,
  committedIn(section, figure.label),
  limitCell(figure),
]);
console.log(`${machine()}\n\n${markdownTable(['', 'measured', 'in docs/benchmarks.md', 'at most'], rows)}`);
const over = figures.filter(({ value, limit = Infinity }) => Number(value) > limit);
for (const { label, value, limit } of over)
  console.error(`${label}: ${value}, and at most ${limit} is meant`);
if (over.length > 0) process.exitCode = 1;
