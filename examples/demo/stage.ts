// What every act of the demo needs: full stores, the `store` command, and a look at what is left.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore, quoteKey, type ObjectStore, type StoreConfig } from '@store/core';
import type { Emulator } from '@store/emulator';
import { ctyun } from '@store/ctyun';
import { fs } from '@store/fs';
import { oss } from '@store/oss';
import { s3 } from '@store/s3';
import { doomedKeys, neighbourKeys, PREFIX } from './keys.js';

const CONTENT = 'content of an object';

/** Where the demo plays. */
export interface Stage {
  readonly directory: string;
  readonly config: StoreConfig;
  readonly emulator: Emulator;
}

/** Fills a store: the emulator's buckets from inside, without a request; a directory by one write for each key. */
export async function fill(stage: Stage, name: string): Promise<void> {
  const bucket = stage.config.stores[name]?.['bucket'];
  if (typeof bucket === 'string') {
    const seeded = stage.emulator.bucket(bucket);
    for (const keys of [doomedKeys(), neighboursOf(stage, name)]) await seeded.seed(keys, CONTENT);
    return;
  }
  await using store = await open(stage, name);
  for (const keys of [doomedKeys(), neighboursOf(stage, name)]) await putAll(store, keys);
}

async function putAll(store: ObjectStore, keys: Iterable<string>): Promise<void> {
  const queue = keys[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) await store.put(next.value, CONTENT);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

/**
 * Runs the `store` command on this terminal.
 *
 * @param code the exit code that it has to have
 * @param meanwhile gets the process
 */
export async function storeCommand(
  { directory }: Stage,
  args: readonly string[],
  code: number,
  meanwhile?: (child: ChildProcess) => void,
): Promise<void> {
  const bin = fileURLToPath(new URL('bin/store.js', import.meta.resolve('@store/cli/package.json')));
  console.log(`\n$ store ${args.join(' ')}`);
  // The journals of these runs are nothing to the user's own, which `store runs` shows.
  const env = { ...process.env, XDG_STATE_HOME: join(directory, 'state'), LOCALAPPDATA: directory };
  const child = spawn(process.execPath, [bin, ...args], { cwd: directory, stdio: 'inherit', env });
  meanwhile?.(child);
  const exited = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  if (exited !== code) throw new Error(`store ${args.join(' ')} exited with ${exited}, not with ${code}`);
  if (code !== 0) console.log(`(exit code ${code})`);
}

/**
 * Lists the whole store, and holds it against what has to be there.
 *
 * @returns how many neighbours there are
 * @throws Error for a key that should be gone, one that is missing, or one that nobody wrote
 */
export async function checkStore(stage: Stage, name: string): Promise<number> {
  await using store = await open(stage, name);
  const expected = new Set(neighboursOf(stage, name));
  let survivors = 0;
  for await (const { key } of store.list('')) {
    if (key.startsWith(PREFIX)) throw new Error(`${quoteKey(key)} should be gone`);
    if (!expected.delete(key)) throw new Error(`${quoteKey(key)} appeared from nowhere`);
    survivors++;
  }
  const [lost] = expected;
  if (lost !== undefined) throw new Error(`${expected.size} neighbours are gone, such as ${quoteKey(lost)}`);
  return survivors;
}

function open({ config, directory }: Stage, name: string): Promise<ObjectStore> {
  return openStore(
    { ...config, default: name },
    { adapters: [fs, s3, oss, ctyun], baseDirectory: directory },
  );
}

function neighboursOf({ config }: Stage, name: string): Iterable<string> {
  // OSS takes no key that begins with a slash.
  return neighbourKeys((key) => config.stores[name]?.provider !== 'oss' || !key.startsWith('/'));
}
