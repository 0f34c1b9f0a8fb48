// Everybody against everybody, on one emulator, in one go.
//
//   npm run bench [-- --help]
import { mkdir } from 'node:fs/promises';
import { serverGround } from './ground.js';
import { readOptions, USAGE, type BenchOptions } from './options.js';
import { commands } from './parts/commands.js';
import { deleting } from './parts/deleting.js';
import { files } from './parts/files.js';
import { fleet } from './parts/fleet.js';
import { journal } from './parts/journal.js';
import { listing } from './parts/listing.js';
import { onePartition } from './parts/one-partition.js';
import { providers } from './parts/providers.js';
import { small } from './parts/small.js';
import { PREFIX, NO_RATE, type Part } from './parts/part.js';
import { transfer } from './parts/transfer.js';
import { machine, writeSection } from './report/document.js';
import { roundRobin } from './round-robin.js';
import { BenchServer } from './server/bench-server.js';

const PARTS: readonly Part[] = [
  deleting,
  journal,
  commands,
  small,
  listing,
  onePartition,
  providers,
  files,
  fleet,
  transfer,
];

/** What comes first would be slower than what comes later. */
async function warmUp(server: BenchServer): Promise<void> {
  const load = { ...NO_RATE, latencyMs: 1 };
  const ground = serverGround(server, { prefixes: [PREFIX], shape: 'hashed', keys: 20_000, load });
  await roundRobin({
    ground,
    contestants: ['floor', 'ours'],
    rounds: 2,
    task: 'delete',
    say: () => undefined,
  });
}

async function bench(options: BenchOptions): Promise<void> {
  const unknown = options.parts?.filter((name) => !PARTS.some((part) => part.name === name)) ?? [];
  if (unknown.length > 0)
    throw new Error(`--part takes ${PARTS.map(({ name }) => name).join(', ')}, not ${unknown.join(', ')}`);
  if (options.profiles !== undefined) await mkdir(options.profiles, { recursive: true });
  const profiling = options.profiles === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', options.profiles];
  console.log(machine());
  const server = await BenchServer.start(profiling);
  try {
    await warmUp(server);
    for (const part of PARTS) {
      if (options.parts && !options.parts.includes(part.name)) continue;
      const result = await part.run({ options, server, say: (line) => console.error(line) });
      console.log(`\n## ${part.title}\n\n${result.text}`);
      if (options.write) await writeSection(part, result, options.command);
    }
  } finally {
    await server.stop();
  }
}

const args = process.argv.slice(2);
if (args.includes('--help')) console.log(USAGE);
else await bench(readOptions(args));
