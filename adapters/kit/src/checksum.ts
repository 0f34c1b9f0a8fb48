import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What a body is held against on its way. */
export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'SHA1' | 'SHA256';

/** The checksum of a body, as a header has it. */
export function checksum(body: Buffer, algorithm: ChecksumAlgorithm): string {
  if (algorithm === 'SHA1' || algorithm === 'SHA256')
    return createHash(algorithm).update(body).digest('base64');
  const digest = Buffer.alloc(4);
  digest.writeUInt32BE(algorithm === 'CRC32' ? crc32(body) : crc32c(body));
  return digest.toString('base64');
}

/** CRC-32C of each byte: https://www.rfc-editor.org/rfc/rfc9260#appendix-A */
const CASTAGNOLI = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

function crc32c(body: Buffer): number {
  let crc = -1;
  for (const byte of body) crc = (CASTAGNOLI[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}
