import type { BigIntStats } from 'node:fs';
import { extname } from 'node:path';
import type { ObjectInfo } from '@store/driver';

const NS_PER_MS = 1_000_000n;

const UNKNOWN_TYPE = 'application/octet-stream';

/** What a listing tells. */
export function infoOf(key: string, stats: BigIntStats): ObjectInfo {
  return {
    key,
    size: Number(stats.size),
    lastModified: new Date(Number(stats.mtimeNs / NS_PER_MS)),
    etag: etagOf(stats),
  };
}

/** And with the type, which follows from the name. */
export async function fullInfoOf(key: string, stats: BigIntStats): Promise<ObjectInfo> {
  return { ...infoOf(key, stats), contentType: await typeOf(key) };
}

/**
 * Changes with every change of the file that the system notices: of its bytes, its mode, its names. It says nothing about the
 * bytes themselves: the same ones in another file have another tag.
 */
export function etagOf({
  size,
  mtimeNs,
  ctimeNs,
  ino,
}: Pick<BigIntStats, 'size' | 'mtimeNs' | 'ctimeNs' | 'ino'>): string {
  return `"${[size, mtimeNs, ctimeNs, ino].map((part) => part.toString(16)).join('-')}"`;
}

/** Loaded by who asks for it: the table of types is large. */
async function typeOf(key: string): Promise<string> {
  const extension = extname(key);
  if (extension === '') return UNKNOWN_TYPE;
  const { lookup } = await import('mime-types');
  return lookup(extension) || UNKNOWN_TYPE;
}
