import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What a body is held against on its way. */
export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'SHA1' | 'SHA256';

/** A checksum that grows with its body. */
export interface RunningChecksum {
  update(bytes: Uint8Array): unknown;
  /** As a header has it. */
  digest(): string;
}

/** The checksum of a body, as a header has it. */
export function checksum(body: Buffer, algorithm: ChecksumAlgorithm): string {
  const running = runningChecksum(algorithm);
  running.update(body);
  return running.digest();
}

export function runningChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  if (algorithm === 'SHA1' || algorithm === 'SHA256') {
    const hash = createHash(algorithm);
    return { update: (bytes) => hash.update(bytes), digest: () => hash.digest('base64') };
  }
  const add = algorithm === 'CRC32' ? crc32 : crc32c;
  let crc = 0;
  return {
    update: (bytes) => (crc = add(bytes, crc)),
    digest() {
      const digest = Buffer.alloc(4);
      digest.writeUInt32BE(crc);
      return digest.toString('base64');
    },
  };
}

/** CRC-32C of each byte: https://www.rfc-editor.org/rfc/rfc9260#appendix-A */
const CASTAGNOLI = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  return crc;
});

/** @param before of the bytes in front of these */
function crc32c(bytes: Uint8Array, before: number): number {
  let crc = ~before;
  for (const byte of bytes) crc = (CASTAGNOLI[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}
