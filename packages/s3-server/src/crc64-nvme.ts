/** The polynomial, its bits in reverse: the halves of 0x9a6c9329ac4bc9b5. */
const HIGH = 0x9a6c9329;
const LOW = 0xac4bc9b5;

const SLICES = 8;
const VALUES = 256;

/** What a byte does to the sum when as many bytes follow it as its slice says. */
const HIGHS = new Uint32Array(SLICES * VALUES);
const LOWS = new Uint32Array(SLICES * VALUES);
for (let value = 0; value < VALUES; value++) {
  let [high, low] = [0, value];
  for (let bit = 0; bit < 8; bit++) {
    const odd = (low & 1) === 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (odd) [high, low] = [high ^ HIGH, low ^ LOW];
  }
  [HIGHS[value], LOWS[value]] = [high, low];
}
for (let at = VALUES; at < SLICES * VALUES; at++) {
  const [high, low] = [of(HIGHS, at - VALUES), of(LOWS, at - VALUES)];
  HIGHS[at] = (high >>> 8) ^ of(HIGHS, low & 0xff);
  LOWS[at] = ((low >>> 8) | (high << 24)) ^ of(LOWS, low & 0xff);
}

/** CRC-64/NVME, the checksum that AWS's clients send: https://reveng.sourceforge.io/crc-catalogue/17plus.htm */
export class Crc64Nvme {
  #high = -1;
  #low = -1;

  update(data: Uint8Array): void {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    let [high, low] = [this.#high, this.#low];
    let at = 0;
    // Eight bytes at a time.
    for (const end = data.length - 7; at < end; at += 8) {
      const a = low ^ view.getInt32(at, true);
      const b = high ^ view.getInt32(at + 4, true);
      const i = 0x700 | (a & 0xff);
      const j = 0x600 | ((a >>> 8) & 0xff);
      const k = 0x500 | ((a >>> 16) & 0xff);
      const l = 0x400 | (a >>> 24);
      const m = 0x300 | (b & 0xff);
      const n = 0x200 | ((b >>> 8) & 0xff);
      const o = 0x100 | ((b >>> 16) & 0xff);
      const p = b >>> 24;
      high =
        of(HIGHS, i) ^
        of(HIGHS, j) ^
        of(HIGHS, k) ^
        of(HIGHS, l) ^
        of(HIGHS, m) ^
        of(HIGHS, n) ^
        of(HIGHS, o) ^
        of(HIGHS, p);
      low =
        of(LOWS, i) ^
        of(LOWS, j) ^
        of(LOWS, k) ^
        of(LOWS, l) ^
        of(LOWS, m) ^
        of(LOWS, n) ^
        of(LOWS, o) ^
        of(LOWS, p);
    }
    for (; at < data.length; at++) {
      const value = (low ^ of(data, at)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ of(LOWS, value);
      high = (high >>> 8) ^ of(HIGHS, value);
    }
    [this.#high, this.#low] = [high, low];
  }

  /** Eight bytes, the highest first, in base64. */
  base64(): string {
    const bytes = Buffer.alloc(8);
    bytes.writeInt32BE(~this.#high);
    bytes.writeInt32BE(~this.#low, 4);
    return bytes.toString('base64');
  }
}

/** Inside of the array. */
function of(array: Uint8Array | Uint32Array, at: number): number {
  return array[at] ?? 0;
}
