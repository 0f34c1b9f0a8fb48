import { once } from 'node:events';
import { constants, createWriteStream, fstat, open, type Stats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { errorCode } from './system-error.js';

/** Between two looks whether somebody reads a pipe, in milliseconds. */
const READER_POLL_MS = 100;

const openFd = promisify(open);
const statFd = promisify(fstat);

/** Where a path leads that the user has named to be written. */
export type FileTarget =
  /** To be written aside, and renamed to this path when it is whole. `there`: a file to be replaced. */
  | { readonly replace: string; readonly there?: Stats | undefined }
  /** A pipe, a device, or what the command writes to anyway: written as it is, and never replaced. */
  | { readonly writeTo: string; readonly pipe: boolean };

/** @throws Error when it leads to what cannot be written, or must not */
export async function fileTarget(path: string): Promise<FileTarget> {
  const there = await look(path);
  if (!there) return { replace: path };
  if (!there.isFile() || (await isStandard(there))) return { writeTo: path, pipe: there.isFIFO() };
  // A link stays: the file behind it is replaced.
  return { replace: await realpath(path), there };
}

/** Opens what is not to be replaced. @param onWait told of a wait, which lasts until somebody reads the pipe */
export async function openPlainly(
  { writeTo: path, pipe }: Extract<FileTarget, { readonly pipe: boolean }>,
  { signal, onWait }: { readonly signal: AbortSignal; readonly onWait: (text: string) => void },
): Promise<Writable> {
  if (pipe) {
    const fd = await openPipe(path, signal, () => onWait(`waiting for somebody to read ${path}`));
    return new Socket({ fd, readable: false, writable: true });
  }
  const stream = createWriteStream(path, { flags: 'a' });
  await once(stream, 'open');
  return stream;
}

/** What a path leads to, when it leads to something that may be written. */
async function look(path: string): Promise<Stats | undefined> {
  const there = await statIfThere(path, stat);
  if (!there) {
    if (await statIfThere(path, lstat)) throw new Error('it is a link to nothing');
    return undefined;
  }
  if (there.isDirectory()) throw new Error('it is a directory');
  if (there.isBlockDevice()) throw new Error('it is a disk');
  return there;
}

async function statIfThere(path: string, how: (path: string) => Promise<Stats>): Promise<Stats | undefined> {
  try {
    return await how(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** `/dev/stdout` may be a file: replaced, it would be lost to what is written to it beside this. */
async function isStandard({ dev, ino }: Stats): Promise<boolean> {
  // See `standardSink`.
  const standard = await Promise.all([1, 2].map((fd) => statFd(fd, { bigint: true })));
  return standard.some((stats) => Number(stats.dev) === dev && Number(stats.ino) === ino);
}

/** Opening a pipe waits for a reader, and would keep a thread busy that nothing can interrupt. */
async function openPipe(path: string, signal: AbortSignal, onWait: () => void): Promise<number> {
  for (let waited = false; ; waited = true) {
    try {
      return await openFd(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (errorCode(error) !== 'ENXIO') throw error;
    }
    if (!waited) onWait();
    await sleep(READER_POLL_MS, undefined, { signal });
  }
}
