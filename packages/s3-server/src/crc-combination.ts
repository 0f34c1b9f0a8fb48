/** The polynomials of CRCs that can be combined, their bits in reverse, and how many bits they have. */
const CRCS: Readonly<Record<string, { readonly polynomial: bigint; readonly bits: bigint }>> = {
  crc32: { polynomial: 0xedb88320n, bits: 32n },
  crc32c: { polynomial: 0x82f63b78n, bits: 32n },
  crc64nvme: { polynomial: 0x9a6c9329ac4bc9b5n, bits: 64n },
};

export interface SummedBytes {
  /** In base64. */
  readonly value: string;
  /** How many bytes it is of. */
  readonly size: number;
}

export function isCombinable(algorithm: string): boolean {
  return CRCS[algorithm] !== undefined;
}

/**
 * The CRC of bytes whose pieces have these CRCs, which nobody has to read for it. A CRC is a remainder of polynomials: that of
 * a piece with `n` bytes behind it is its own times `x` to the `8 n`. (Mark Adler's `crc32_combine` in zlib does the same.)
 *
 * @returns in base64; undefined for an algorithm that is no CRC
 */
export function combinedCrc(algorithm: string, pieces: readonly SummedBytes[]): string | undefined {
  const crc = CRCS[algorithm];
  if (!crc) return undefined;
  const { polynomial, bits } = crc;
  const one = 1n << (bits - 1n);

  const times = (a: bigint, b: bigint): bigint => {
    let [product, factor] = [0n, b];
    for (let bit = one; bit > 0n; bit >>= 1n) {
      if (a & bit) product ^= factor;
      factor = factor & 1n ? (factor >> 1n) ^ polynomial : factor >> 1n;
    }
    return product;
  };
  // Nearly all parts of an upload are of one size.
  const shifts = new Map<number, bigint>();
  const shiftOf = (bytes: number): bigint => {
    const known = shifts.get(bytes);
    if (known !== undefined) return known;
    let [power, square] = [one, one >> 1n];
    for (let n = BigInt(bytes) * 8n; n > 0n; n >>= 1n) {
      if (n & 1n) power = times(square, power);
      square = times(square, square);
    }
    shifts.set(bytes, power);
    return power;
  };

  let sum = 0n;
  for (const { value, size } of pieces) {
    const own = BigInt(`0x0${Buffer.from(value, 'base64').toString('hex')}`);
    sum = times(shiftOf(size), sum) ^ own;
  }
  const hex = sum.toString(16).padStart(Number(bits) / 4, '0');
  return Buffer.from(hex, 'hex').toString('base64');
}
