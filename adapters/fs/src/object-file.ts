import { createHash } from 'node:crypto';
import { constants, fstatSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import {
  metadataOf,
  StoreError,
  throwIfAborted,
  type ObjectInfo,
  type ObjectMetadata,
  type PutRequest,
  type UploadRecord,
} from '@store/driver';
import * as v from 'valibot';
import { bytesOf } from './bytes-of.js';
import type { FileCalls } from './file-calls.js';
import { foreign, foreignError } from './foreign.js';

/**
 * One object is one file: the body, then the record of its upload where there is one, then a footer in JSON, then the
 * footer's length and a magic number. The body comes first so that it can be written while it arrives; since all is one
 * file, one rename makes body and attributes visible together. Listings read every footer, so that the record, which may be
 * long, is none of it.
 */
const MAGIC = Buffer.from('\u0000store-fs1');
const TRAILER_BYTES = 4 + MAGIC.length;

/** Footers are small; what is read with the first look at the end of a file, in bytes. */
const FIRST_LOOK_BYTES = 2048;

export interface Footer extends Omit<ObjectMetadata, 'expires'> {
  readonly key: string;
  readonly size: number;
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
  /** Milliseconds since the epoch. */
  readonly expires?: number | undefined;
  /** Bytes of the record behind the body. */
  readonly recordBytes?: number | undefined;
}

const text = v.optional(v.string());
const footerSchema: v.GenericSchema<Footer> = v.object({
  key: v.string(),
  size: v.number(),
  etag: v.string(),
  lastModified: v.number(),
  contentType: text,
  cacheControl: text,
  contentDisposition: text,
  contentEncoding: text,
  contentLanguage: text,
  expires: v.optional(v.number()),
  recordBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  metadata: v.optional(v.record(v.string(), v.string())),
});

/**
 * A symbolic link is not followed (`ELOOP`), and something that is no file is not waited for. Windows has neither flag;
 * there an undefined one adds nothing.
 */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Opens the file of an object for reading. @throws StoreError `Unsupported` for something that is no regular file */
export async function openObject(path: string): Promise<FileHandle> {
  const file = await open(path, READ_FLAGS);
  const found = await file.stat();
  if (found.isFile()) return file;
  await file.close();
  throw foreignError(foreign(found), path);
}

/** What is written of an object. */
export interface NewObject extends ObjectMetadata {
  readonly key: string;
  readonly body: Uint8Array | Readable;
  readonly record?: PutRequest['record'];
}

/** Writes a body, its record and its footer at the start of an empty file. */
export async function writeObject(
  file: FileHandle,
  { key, body, record, ...attributes }: NewObject,
  signal: AbortSignal | undefined,
): Promise<Footer> {
  const hash = createHash('md5');
  let size = 0;
  const write = async (chunk: Uint8Array): Promise<void> => {
    throwIfAborted(signal, 'put');
    hash.update(chunk);
    await writeAll(file, chunk, size);
    size += chunk.length;
  };
  if (body instanceof Uint8Array) await write(body);
  else for await (const chunk of body) await write(bytesOf(chunk));
  const { contentType = 'application/octet-stream', expires, ...others } = metadataOf(attributes);
  const kept = record?.();
  const recorded = Buffer.from(kept ? JSON.stringify(kept) : '');
  const footer: Footer = {
    key,
    size,
    etag: `"${hash.digest('hex')}"`,
    lastModified: Date.now(),
    ...others,
    contentType,
    expires: expires?.getTime(),
    recordBytes: recorded.length || undefined,
  };
  const json = Buffer.from(JSON.stringify(footer));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  await writeAll(file, Buffer.concat([recorded, json, length, MAGIC]), size);
  return footer;
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

/**
 * The footer of an open file.
 *
 * @throws StoreError `Corrupt` when the file does not end as this library ends it
 */
export async function readFooter(
  calls: FileCalls,
  { fd }: FileHandle,
  key: string,
  operation: string,
): Promise<Footer> {
  return footerIn(calls, fd, fstatSync(fd).size, key, operation);
}

/** The footer of the file at a path, which is not kept open. @throws as {@link openObject} and {@link readFooter} */
export async function footerAt(
  calls: FileCalls,
  path: string,
  key: string,
  operation: string,
): Promise<Footer> {
  const fd = await calls.open(path, READ_FLAGS);
  try {
    const found = fstatSync(fd);
    if (!found.isFile()) throw foreignError(foreign(found), path);
    return await footerIn(calls, fd, found.size, key, operation);
  } finally {
    await calls.close(fd);
  }
}

async function footerIn(
  calls: FileCalls,
  fd: number,
  fileSize: number,
  key: string,
  operation: string,
): Promise<Footer> {
  const look = await readEnd(calls, fd, fileSize, Math.min(fileSize, FIRST_LOOK_BYTES));
  const trailer = look.subarray(-TRAILER_BYTES);
  if (trailer.length === TRAILER_BYTES && trailer.subarray(4).equals(MAGIC)) {
    const needed = trailer.readUInt32BE() + TRAILER_BYTES;
    const end =
      needed <= look.length
        ? look
        : needed <= fileSize
          ? await readEnd(calls, fd, fileSize, needed)
          : undefined;
    const footer = end && parseFooter(end.subarray(end.length - needed, end.length - TRAILER_BYTES));
    // A file at the wrong place (copied by hand, or from another key) must not pass for this key.
    const bytes = footer && footer.size + (footer.recordBytes ?? 0);
    if (footer?.key === key && bytes === fileSize - needed) return footer;
  }
  throw new StoreError('Corrupt', 'the file of this object is damaged, or was not written by this library', {
    provider: 'fs',
    operation,
    key,
  });
}

async function readEnd(calls: FileCalls, fd: number, fileSize: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes);
  const bytesRead = await calls.read(fd, buffer, 0, bytes, fileSize - bytes);
  return buffer.subarray(0, bytesRead);
}

function parseFooter(json: Buffer): Footer | undefined {
  try {
    const footer: unknown = JSON.parse(json.toString());
    // As it was written: Valibot's copy of the metadata would lack a `constructor`.
    return v.is(footerSchema, footer) ? footer : undefined;
  } catch {
    return undefined;
  }
}

/** How the object of an open file was uploaded; undefined where that is not kept, or what is kept is no record. */
export async function readRecord(
  calls: FileCalls,
  file: FileHandle,
  { size, recordBytes = 0 }: Footer,
): Promise<UploadRecord | undefined> {
  if (recordBytes === 0) return undefined;
  const buffer = Buffer.alloc(recordBytes);
  const bytesRead = await calls.read(file.fd, buffer, 0, recordBytes, size);
  try {
    const record: unknown = JSON.parse(buffer.subarray(0, bytesRead).toString());
    return v.is(recordSchema, record) ? record : undefined;
  } catch {
    return undefined;
  }
}

const recordSchema: v.GenericSchema<UploadRecord> = v.object({
  checksums: v.array(
    v.object({ algorithm: v.string(), value: v.string(), type: v.picklist(['FULL_OBJECT', 'COMPOSITE']) }),
  ),
  parts: v.optional(
    v.array(
      v.object({ partNumber: v.number(), size: v.number(), checksums: v.record(v.string(), v.string()) }),
    ),
  ),
});

/** What a listing shows of a footer. */
export function listedInfo({ key, size, etag, lastModified }: Footer): ObjectInfo {
  return { key, size, etag, lastModified: new Date(lastModified) };
}

/** All that a footer says. */
export function fullInfo(footer: Footer): ObjectInfo {
  const { expires, recordBytes: _, metadata = {}, ...others } = footer;
  const attributes = { ...others, metadata, expires: expires === undefined ? undefined : new Date(expires) };
  return { ...listedInfo(footer), ...metadataOf(attributes) };
}
