import { createHash, hash as hashOf } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** What a body is held against on its way. */
export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';

/** A checksum that grows with its body. */
export interface RunningChecksum {
  update(bytes: Uint8Array): unknown;
  /** As a header has it. */
  digest(): string;
}

/** The checksum of a body, as a header has it. */
export function checksum(body: Buffer, algorithm: ChecksumAlgorithm): string {
  if (algorithm === 'SHA1' || algorithm === 'SHA256') return hashOf(algorithm, body, 'base64');
  const running = runningChecksum(algorithm);
  running.update(body);
  return running.digest();
}

export function runningChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  if (algorithm === 'SHA1' || algorithm === 'SHA256') {
    const hash = createHash(algorithm);
    return { update: (bytes) => hash.update(bytes), digest: () => hash.digest('base64') };
  }
  if (algorithm === 'CRC64NVME') return runningCrc64();
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
const castagnoli = once(() =>
  Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    return crc;
  }),
);

/** @param before of the bytes in front of these */
function crc32c(bytes: Uint8Array, before: number): number {
  const table = castagnoli();
  let crc = ~before;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** CRC-64/NVME of each byte, in halves of 32 bits: https://reveng.sourceforge.io/crc-catalogue/all.htm */
const nvme = once(() => {
  const table = Array.from({ length: 256 }, (_, byte) => {
    let crc = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x9a6c9329ac4bc9b5n : crc >> 1n;
    return crc;
  });
  return {
    highs: Int32Array.from(table, (crc) => Number(crc >> 32n)),
    lows: Int32Array.from(table, (crc) => Number(crc & 0xffffffffn)),
  };
});

/** Tables are made by who needs them: that takes longer than all else of starting. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function runningCrc64(): RunningChecksum {
  const { highs, lows } = nvme();
  let high = -1;
  let low = -1;
  return {
    update(bytes) {
      let [above, below] = [high, low];
      for (let i = 0; i < bytes.length; i++) {
        const at = (below ^ (bytes[i] ?? 0)) & 0xff;
        below = ((below >>> 8) | (above << 24)) ^ (lows[at] ?? 0);
        above = (above >>> 8) ^ (highs[at] ?? 0);
      }
      [high, low] = [above, below];
    },
    digest() {
      const digest = Buffer.alloc(8);
      digest.writeInt32BE(~high, 0);
      digest.writeInt32BE(~low, 4);
      return digest.toString('base64');
    },
  };
}
