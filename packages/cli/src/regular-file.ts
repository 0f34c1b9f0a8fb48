import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import type { Stats } from 'node:fs';

/** A file that was read: its bytes, and the facts of exactly what was opened. */
export interface RegularFile {
  readonly bytes: Buffer;
  readonly stats: Stats;
}

/**
 * Reads a small regular file. What is none is refused before it is opened, because opening a FIFO waits for a writer
 * and opening a device can do something.
 *
 * @throws Error that says what it is instead, or that it has more than `maxBytes` bytes; system errors as they are
 */
export async function readRegularFile(path: string, maxBytes: number): Promise<RegularFile> {
  requireRegular(await stat(path));
  // It may have become something else since: then this does not wait, and the next check refuses it.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = await handle.stat();
    requireRegular(stats);
    return { bytes: await readAtMost(handle, maxBytes), stats };
  } finally {
    await handle.close();
  }
}

function requireRegular(stats: Stats): void {
  if (stats.isFile()) return;
  throw new Error(`it is ${kindOf(stats)}, not a file`);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

async function readAtMost(handle: FileHandle, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let length = 0; ;) {
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(64 * 1024));
    if (bytesRead === 0) return Buffer.concat(pieces);
    length += bytesRead;
    if (length > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
    pieces.push(buffer.subarray(0, bytesRead));
  }
}
