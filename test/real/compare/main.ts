// `npm run compare`: asks tools that this project did not write, and the `store` command, the same questions on the
// emulator, and prints what they did, with --write into docs/compare.md. What is not installed is left out by name.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startEmulator, type LogEntry } from '@store/emulator';
import { format } from 'prettier';
import { writeClientConfig } from '../client-config.js';
import { execute, missingCommand } from '../daemons.js';
import { QUESTIONS, type Ended, type Question } from './questions.js';
import { TOOLS, type Tool } from './tools.js';

/** A tool that takes longer has not answered, in milliseconds. */
const PATIENCE_MS = 60_000;

async function answer(tool: Tool, { versioned, ask }: Question): Promise<string> {
  let listener: (entry: LogEntry) => void = () => undefined;
  const directory = await mkdtemp(join(tmpdir(), 'store-compare-'));
  try {
    await using emulator = await startEmulator({
      s3: {},
      buckets: [{ name: 'demo', versioning: versioned ? 'enabled' : 'off' }],
      onRequest: (entry) => listener(entry),
    });
    const config = await writeClientConfig(emulator, directory);
    const { accessKeyId, secretAccessKey } = emulator.credential;
    const demo = { provider: 's3', bucket: 'demo', endpoint: config.endpoint, accessKeyId, secretAccessKey };
    await writeFile(join(directory, 'store.config.json'), JSON.stringify({ stores: { demo } }));
    const env = { ...config.env, XDG_STATE_HOME: directory };
    const run = (args: readonly string[]): Promise<Ended> => runTool(tool.command, args, directory, env);
    return await ask({ tool, emulator, config, run, onRequest: (given) => (listener = given) });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function runTool(
  command: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<Ended> {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: PATIENCE_MS });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

const DOCUMENT = fileURLToPath(new URL('../../../../docs/compare.md', import.meta.url));
const SECTION = /(?<=<!-- tried -->\n)[\s\S]*(?=<!-- end of tried -->)/;

/** Tools that are installed. */
const there: [string, Tool][] = [];
const versions = new Set<string>();
for (const [name, tool] of Object.entries(TOOLS)) {
  const missing = await missingCommand(tool.command);
  if (missing !== undefined) {
    console.error(`${name}: left out, ${missing}`);
    continue;
  }
  there.push([name, tool]);
  const { stdout } = await execute(tool.command, [...tool.version]);
  const [, version = ''] = /(\d+\.[\w.-]+)/.exec(stdout) ?? [];
  versions.add(`${name.replace(/ .*/, '')} ${version}`);
}
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const lines = [row(['', ...there.map(([name]) => name)]), row(['---', ...there.map(() => '---')])];
for (const question of QUESTIONS) {
  const answers: string[] = [];
  for (const [, tool] of there) answers.push(await answer(tool, question));
  lines.push(row([question.title, ...answers]));
  console.error(lines.at(-1));
}
const tried = `\n${lines.join('\n')}\n\n\`npm run compare -- --write\`, ${new Date().toISOString().slice(0, 10)}: ${[...versions].join(', ')}\n\n`;
const text = await readFile(DOCUMENT, 'utf8');
const written = await format(
  text.replace(SECTION, () => tried),
  { parser: 'markdown' },
);
if (process.argv.includes('--write')) await writeFile(DOCUMENT, written);
else console.log(tried);
