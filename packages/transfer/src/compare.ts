import { createHash } from 'node:crypto';
import type { ObjectInfo } from '@store/core';
import type { Copying } from './copy-object.js';
import { md5OfEtag, partsOfEtag } from './etag-digest.js';
import type { Comparison } from './options.js';
import type { Side } from './place.js';
import { readObject } from './read-object.js';

const MIB = 1024 * 1024;

/** Sizes of parts that tools upload by: rclone, aws, s5cmd, ossutil and others. */
const USUAL_PARTS = [5, 6, 8, 10, 15, 16, 20, 32, 50, 64, 100, 128].map((size) => size * MIB);

/** Whether what is at the target passes for what is at the source. */
export async function isSame(
  copying: Copying,
  source: ObjectInfo,
  target: ObjectInfo,
  comparison: Comparison,
): Promise<boolean> {
  if (source.size === undefined || source.size !== target.size) return false;
  switch (comparison) {
    case 'size':
      return true;
    case 'size-and-time':
      return isNotOlder(source, target);
    case 'checksum':
      return hasSameContent(copying, source, target);
  }
}

/** What was copied has the time at which it was. */
function isNotOlder(source: ObjectInfo, target: ObjectInfo): boolean {
  const written = target.lastModified?.getTime();
  const changed = source.lastModified?.getTime();
  if (written === undefined || changed === undefined) return false;
  // Most services tell whole seconds, cut off.
  if (written % 1000 !== 0) return written >= changed;
  const second = changed - (changed % 1000);
  if (written !== second) return written > second;
  // Written in the second in which the source was: where both say what they are, that tells.
  const [a, b] = [md5OfEtag(source.etag), md5OfEtag(target.etag)];
  return a === undefined || b === undefined || a === b;
}

async function hasSameContent(copying: Copying, source: ObjectInfo, target: ObjectInfo): Promise<boolean> {
  const { from, to } = copying;
  const [ours, theirs] = [md5OfEtag(source.etag), md5OfEtag(target.etag)];
  if (ours !== undefined && theirs !== undefined) return ours === theirs;
  if (
    ours === undefined &&
    theirs === undefined &&
    source.etag !== undefined &&
    source.etag === target.etag
  ) {
    // Two uploads by the same parts.
    if (partsOfEtag(source.etag) !== undefined) return true;
  }
  const parts = theirs === undefined ? partBytesOf(copying, target) : undefined;
  const read = await digestOf(copying, from, source, parts);
  if (parts !== undefined && target.etag?.includes(read.combined)) return true;
  return read.md5 === (theirs ?? (await digestOf(copying, to, target)).md5);
}

/** The size of the parts that an object was uploaded by, as far as its ETag lets guess. */
function partBytesOf({ partBytes }: Copying, { etag, size = 0 }: ObjectInfo): number | undefined {
  const count = partsOfEtag(etag);
  return [partBytes, ...USUAL_PARTS].find((bytes) => Math.ceil(size / bytes) === count);
}

/** @param partBytes makes `combined` what the ETag of an upload by such parts begins with */
async function digestOf(
  { options, partBytes: readBytes, rate, budget, signal }: Copying,
  { engine }: Side,
  { key, etag, size }: ObjectInfo,
  partBytes = Infinity,
): Promise<{ readonly md5: string | undefined; readonly combined: string }> {
  const held = Math.min(size ?? Infinity, readBytes * 3);
  return budget.with(held, async () => {
    const reading = {
      engine,
      key,
      partBytes: readBytes,
      signal,
      ignoreChecksum: options.ignoreChecksum ?? false,
      pace: async (bytes: number) => rate?.take(bytes, signal),
      onBytes: () => undefined,
    };
    const { body, md5 } = await readObject(reading, { etag, size });
    const combined = createHash('md5');
    let part = createHash('md5');
    let filled = 0;
    for await (const chunk of body instanceof Uint8Array ? [body] : body) {
      for (let rest = chunk; rest.length > 0;) {
        const taken = rest.subarray(0, partBytes - filled);
        part.update(taken);
        filled += taken.length;
        rest = rest.subarray(taken.length);
        if (filled < partBytes) continue;
        combined.update(part.digest());
        part = createHash('md5');
        filled = 0;
      }
    }
    if (filled > 0) combined.update(part.digest());
    return { md5: md5(), combined: combined.digest('hex') };
  });
}
