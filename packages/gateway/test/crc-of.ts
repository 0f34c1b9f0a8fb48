import { crc32 } from 'node:zlib';

/** The CRC32 as S3's headers and checksums of checksums have it: four bytes, the highest first. */
export function crcBytes(data: string | Uint8Array): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(data));
  return bytes;
}

export function crcOf(data: string | Uint8Array): string {
  return crcBytes(data).toString('base64');
}
