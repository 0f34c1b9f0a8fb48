// How long it takes until anything happens, as a multiple of what Node itself takes (`node -e 0`) in the same round, so
// that the figures of different machines can be compared. Medians of several rounds. CPU time counts all threads, and says
// more on a machine that is busy with other things.
//
//   npm run bench:start [-- --rounds N] [OTHER CHECKOUT, built …]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from './statistics.js';

interface Start {
  readonly name: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The goal: a multiple of what Node takes. */
  readonly goal: number;
}

/** What the goals were set for: a machine on which `node -e 0` takes so many milliseconds. */
const NODE_MS = 90;

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '15' } },
  allowPositionals: true,
});
/** Has a process tell its CPU time at the end, in microseconds. */
const REPORT = `process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  require('node:fs').writeSync(3, String(user + system));
});`;

interface Taken {
  readonly wall: number;
  readonly cpu: number;
}

const here = fileURLToPath(new URL('../..', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'store-start-'));
const reporter = join(place, 'report-cpu-time.cjs');

function startsOf(checkout: string): readonly Start[] {
  const command = join(checkout, 'packages/cli/bin/store.js');
  const main = join(checkout, 'core/dist/index.js');
  const importing = ['--input-type=module', '-e', `import ${JSON.stringify(main)}`];
  return [
    { name: "import '@store/core'", args: importing, cwd: checkout, goal: 150 / NODE_MS },
    { name: 'store --version', args: [command, '--version'], cwd: place, goal: 250 / NODE_MS },
    { name: 'store ls, of a directory', args: [command, 'ls', 'demo:'], cwd: place, goal: 450 / NODE_MS },
  ];
}

/** Both in milliseconds. */
function timeOf(args: readonly string[], cwd: string): Taken {
  const startedAt = performance.now();
  const { status, stderr, output } = spawnSync(process.execPath, ['--require', reporter, ...args], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const wall = performance.now() - startedAt;
  if (status !== 0) throw new Error(`node ${args.join(' ')}: ${String(stderr)}`);
  return { wall, cpu: Number(output[3]) / 1000 };
}

try {
  writeFileSync(reporter, REPORT);
  mkdirSync(join(place, 'data'));
  const config = { stores: { demo: { provider: 'fs', root: 'data' } } };
  writeFileSync(join(place, 'store.config.json'), JSON.stringify(config));
  const rows = [here, ...positionals.map((checkout) => resolve(checkout))].flatMap((checkout) =>
    startsOf(checkout).map((start) => ({ checkout, start, wall: [] as number[], ratios: [] as Taken[] })),
  );
  const node: number[] = [];
  for (let round = 0; round <= Number(values.rounds); round++) {
    const alone = timeOf(['-e', '0'], place);
    const measured = rows.map((row) => ({ row, taken: timeOf(row.start.args, row.start.cwd) }));
    // The first round fills the caches of the disk.
    if (round === 0) continue;
    node.push(alone.wall);
    for (const { row, taken } of measured) {
      row.wall.push(taken.wall);
      row.ratios.push({ wall: taken.wall / alone.wall, cpu: taken.cpu / alone.cpu });
    }
  }
  console.log(`node -e 0: ${median(node).toFixed(0)} ms (median of ${node.length}, ${process.version})`);
  let shown = '';
  for (const { checkout, start, wall, ratios } of rows) {
    if (checkout !== shown) console.log((shown = checkout));
    const times = `${median(ratios.map((ratio) => ratio.wall)).toFixed(2)} × node`;
    const cpu = `${median(ratios.map((ratio) => ratio.cpu)).toFixed(2)} × its CPU time`;
    console.log(
      `  ${start.name.padEnd(26)} ${times}, ${cpu}, ${median(wall).toFixed(0)} ms; goal: ${start.goal.toFixed(2)} × node`,
    );
  }
} finally {
  rmSync(place, { recursive: true });
}
