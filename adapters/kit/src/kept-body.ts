import { createHash } from 'node:crypto';
import { StoreError, type KeptBody } from '@store/driver';
import { runningChecksum } from './checksum.js';

/** What signatures and services want to know of a body before it is sent. */
export interface BodyDigests {
  /** In base64. */
  readonly md5: string;
  /** In base64. */
  readonly crc32: string;
  /** In hexadecimal digits. */
  readonly sha256: string;
}

/**
 * The bytes of a body, as many as it says that it has.
 *
 * @throws StoreError `Unavailable` when it cannot be read; `InvalidArgument` when it has more or fewer
 */
export async function* bytesOfKept({ size, open }: KeptBody): AsyncGenerator<Uint8Array> {
  const source = open();
  let bytes = 0;
  try {
    const chunks: AsyncIterable<Uint8Array> = source;
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > size) break;
      yield chunk;
    }
  } catch (error) {
    throw new StoreError('Unavailable', 'the body cannot be read', { cause: error });
  } finally {
    source.destroy();
  }
  if (bytes !== size)
    throw new StoreError('InvalidArgument', `the body has ${bytes} bytes or more, and not ${size}`);
}

/** Reads a body once, for those that are asked for; the others are empty. */
export async function digestsOf<Name extends keyof BodyDigests>(
  body: KeptBody,
  names: readonly Name[],
  signal: AbortSignal | undefined,
): Promise<Pick<BodyDigests, Name>> {
  const sums = names.map((name) => ({ name, sum: begun(name) }));
  for await (const chunk of bytesOfKept(body)) {
    signal?.throwIfAborted();
    for (const { sum } of sums) sum.update(chunk);
  }
  const digests = sums.map(({ name, sum }) => [name, sum.digest()] as const);
  // All that were asked for are there.
  return Object.fromEntries(digests) as Pick<BodyDigests, Name>;
}

function begun(name: keyof BodyDigests): { update(chunk: Uint8Array): unknown; digest(): string } {
  if (name === 'crc32') return runningChecksum('CRC32');
  const hash = createHash(name);
  return {
    update: (chunk) => hash.update(chunk),
    digest: () => hash.digest(name === 'md5' ? 'base64' : 'hex'),
  };
}
