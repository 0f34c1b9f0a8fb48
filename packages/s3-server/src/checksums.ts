import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc32c } from '@aws-crypto/crc32c';
import { Crc64Nvme } from './crc64-nvme.js';

/** A digest of bytes that come one after the other. */
export interface Checksum {
  update(data: Uint8Array): void;
  base64(): string;
}

/** Begins a digest; undefined for algorithms that are not known here. */
export function beginChecksum(algorithm: string): Checksum | undefined {
  switch (algorithm) {
    case 'crc32': {
      let value = 0;
      return {
        update: (data) => {
          value = crc32(data, value);
        },
        base64: () => base64OfUint32(value),
      };
    }
    case 'crc32c': {
      const sum = new Crc32c();
      return { update: (data) => void sum.update(data), base64: () => base64OfUint32(sum.digest()) };
    }
    case 'crc64nvme':
      return new Crc64Nvme();
    case 'md5':
    case 'sha1':
    case 'sha256': {
      const hash = createHash(algorithm);
      return { update: (data) => void hash.update(data), base64: () => hash.digest('base64') };
    }
    default:
      return undefined;
  }
}

function base64OfUint32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes.toString('base64');
}
