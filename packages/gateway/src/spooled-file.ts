import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '@store/core';
import {
  ServiceError,
  type BytesInFlight,
  type Content,
  type Lease,
  type SpooledPart,
} from '@store/s3-server';
import type { SpoolDirectory } from './spool-directory.js';

/** Where parts lie that are not in memory, and how many bytes of them there may be. */
export interface SpoolPlace {
  readonly directory: SpoolDirectory;
  readonly space: BytesInFlight;
}

/**
 * A part in a file until its store has it.
 *
 * @throws ServiceError `InsufficientStorage`; StoreError `Unavailable` when the disk does not take it
 */
export async function spoolPart({ directory, space }: SpoolPlace, content: Content): Promise<SpooledPart> {
  const lease = space.lease();
  let path: string | undefined;
  const remove = async (): Promise<void> => {
    try {
      if (path !== undefined) await rm(path, { force: true });
    } finally {
      lease.release();
    }
  };
  try {
    // What is announced has its place before it comes, so that it does not end in the middle.
    if (content.size !== undefined) takeSpace(lease, content.size);
    const file = join(await directory.path(), randomUUID());
    path = file;
    const size = await content.streamed((body) =>
      writeFile(file, body, (bytes) => content.size === undefined && takeSpace(lease, bytes)),
    );
    return { size, open: () => createReadStream(file), remove };
  } catch (error) {
    await remove();
    if (error instanceof ServiceError || error instanceof StoreError) throw error;
    throw new StoreError('Unavailable', 'the part could not be kept', { operation: 'put', cause: error });
  }
}

async function writeFile(
  path: string,
  chunks: AsyncIterable<Buffer>,
  onBytes: (bytes: number) => unknown,
): Promise<number> {
  let size = 0;
  const handle = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of chunks) {
      onBytes(chunk.length);
      await writeAll(handle, chunk);
      size += chunk.length;
    }
  } finally {
    await handle.close();
  }
  return size;
}

export async function writeAll(handle: FileHandle, chunk: Buffer): Promise<void> {
  for (let at = 0; at < chunk.length;) at += (await handle.write(chunk, at)).bytesWritten;
}

/** @throws ServiceError `InsufficientStorage` */
export function takeSpace(space: Lease, bytes: number): void {
  if (space.take(bytes)) return;
  throw new ServiceError(
    507,
    'InsufficientStorage',
    'Parts of uploads that are not completed take all the space that they may; complete or abort some.',
  );
}
