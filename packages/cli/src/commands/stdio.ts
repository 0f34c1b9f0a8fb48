import type { Readable } from 'node:stream';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { bytesLine, stopwatch } from '../progress.js';
import type { PutOptions } from '@store/core';
import { paced, type PaceOptions } from '../transfer/paced.js';
import { openPath } from '../transfer/open-path.js';

/** How stdin and stdout are written in place of a source or a target. */
export const STDIO = '-';

/** Writes an object to stdout. */
export async function toStdout(
  { output, session, signal }: Context,
  address: string,
  { versionId, ...pace }: PaceOptions & { readonly versionId?: string | undefined } = {},
): Promise<ExitCode> {
  const { store, key } = await openPath(session, address);
  if (key === '') throw new UsageError(`${JSON.stringify(address)} names no key`);
  const { body } = await store.get(key, { versionId, signal });
  try {
    for await (const chunk of await paced<AsyncIterable<Uint8Array>>(body, pace, signal)) {
      await output.bytes(chunk);
      if (output.closed) break;
    }
  } finally {
    body.destroy();
  }
  return EXIT.complete;
}

/** Writes stdin to an object. */
export async function fromStdin(
  { output, session, signal }: Context,
  address: string,
  { maxBytesPerSecond, ...options }: PutOptions & PaceOptions = {},
): Promise<ExitCode> {
  const { store, key } = await session.open(address);
  if (key === '' || key.endsWith('/')) throw new UsageError(`${JSON.stringify(address)} names no key`);
  let sent = 0;
  const elapsedMs = stopwatch();
  using _ = output.show(() => bytesLine('sent', { bytes: sent }, elapsedMs(), address));
  await store.put(key, await paced<Readable>(process.stdin, { maxBytesPerSecond }, signal), {
    ...options,
    signal,
    onProgress: ({ bytes }) => {
      sent = bytes;
    },
  });
  return EXIT.complete;
}
