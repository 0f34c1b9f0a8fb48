import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

const MIB = 1024 * 1024;

/** A directory of files, and what is in them. */
export interface Tree {
  readonly path: string;
  /** SHA-256 of each file, by its path below the directory. */
  readonly files: Readonly<Record<string, string>>;
}

/** Names that clients escape, and sizes around those at which they change their way. */
const FILES: Readonly<Record<string, number>> = {
  empty: 0,
  'one byte': 1,
  'a+b&c=d.txt': 1_000,
  'ünï/日本語/\u{1F600}.bin': 2_000,
  'percent 100%/%2F.txt': 3_000,
  "quotes/'single' (x)[y]{z}.txt": 10,
  'deep/er/and/deeper/file': 65_536,
  'sizes/just below a part': 5 * MIB - 1,
  'sizes/a part': 5 * MIB,
  'sizes/just above a part': 5 * MIB + 1,
  'sizes/in parts': 20 * MIB,
  ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`many/${i}.txt`, i])),
};

export async function makeTree(path: string): Promise<Tree> {
  for (const [name, size] of Object.entries(FILES)) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), randomBytes(size));
  }
  return { path, files: await filesBelow(path) };
}

/** SHA-256 of each file below a directory, by its path there. */
export async function filesBelow(path: string): Promise<Record<string, string>> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const entry of entries.filter((one) => one.isFile())) {
    const file = join(entry.parentPath, entry.name);
    files[relative(path, file)] = await sha256Of(file);
  }
  return files;
}

export async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
