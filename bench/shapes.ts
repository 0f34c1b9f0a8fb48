import { createHash } from 'node:crypto';

/** Makes keys under a prefix, the same for the same numbers; not in order. */
export type Shape = (prefix: string, count: number) => Generator<string>;

/** What keys look like in buckets, and what makes it hard to split them. */
export const SHAPES = {
  *sequential(prefix, count) {
    for (let i = 0; i < count; i++) yield `${prefix}${pad(i, 10)}`;
  },
  *hashed(prefix, count) {
    for (let i = 0; i < count; i++) yield `${prefix}${hashOf(i).toString('hex')}`;
  },
  /** A directory for each hour of 90 days. */
  *dated(prefix, count) {
    const start = Date.UTC(2025, 10, 20);
    const hours = 90 * 24;
    for (let i = 0; i < count; i++) {
      const hour = Math.floor((i * hours) / count);
      const directory = new Date(start + hour * 3_600_000).toISOString().slice(0, 13).replace(/[-T]/g, '/');
      yield `${prefix}${directory}/app-${pad(i, 8)}.log.gz`;
    }
  },
  /** Four directories in each directory, until there are about ten files in each. */
  *deep(prefix, count) {
    const depth = Math.max(1, Math.floor(Math.log(Math.max(4, count / 10)) / Math.log(4)));
    for (let i = 0; i < count; i++) {
      const digits = (i % 4 ** depth).toString(4).padStart(depth, '0');
      yield `${prefix}${Array.from(digits, (digit) => `level-${digit}/`).join('')}file-${Math.floor(i / 4 ** depth)}`;
    }
  },
  /** Numbers without zeros before them. */
  *giant(prefix, count) {
    for (let i = 0; i < count; i++) yield `${prefix}events/event-${i}.json`;
  },
  /** Four fifths of all keys in one of thousands of directories. */
  *giantAmongSmall(prefix, count) {
    const users = Math.min(5000, Math.max(1, Math.floor(count / 20)));
    const small = Math.floor(count / 5);
    for (let i = 0; i < small; i++) {
      yield `${prefix}user-${pad(i % users, 5)}/photo-${Math.floor(i / users)}.jpg`;
    }
    for (let i = small; i < count; i++) yield `${prefix}user-${pad(users >> 1, 5)}/upload-${i}.jpg`;
  },
  /** Words whose characters are of other alphabets at each place, the first ones of an alphabet far more often. */
  *uneven(prefix, count) {
    for (let i = 0; i < count; i++) {
      const word = Array.from(hashOf(i).subarray(0, 8), (byte, at) => {
        const alphabet = ALPHABETS[at % ALPHABETS.length] ?? '';
        // The fourth power: half of all characters are of the first 6 % of the alphabet.
        return alphabet.charAt(Math.floor((byte / 256) ** 4 * alphabet.length));
      });
      yield `${prefix}${word.join('')}.${i.toString(36)}`;
    }
  },
  /** Up to four bytes a character, on both sides of the surrogates. */
  *nonAscii(prefix, count) {
    for (let i = 0; i < count; i++) {
      const name = Array.from(hashOf(i).subarray(0, 4), (byte) => FOREIGN[byte % FOREIGN.length]);
      yield `${prefix}${name.join('')}/照片-${i}.jpg`;
    }
  },
  /** Keys that differ only at byte 900. */
  *byte900(prefix, count) {
    const common = prefix + 'long-name-'.repeat(90).slice(0, 900 - Buffer.byteLength(prefix));
    for (let i = 0; i < count; i++) yield `${common}${pad(i, 8)}`;
  },
} as const satisfies Readonly<Record<string, Shape>>;

export type ShapeName = keyof typeof SHAPES;

// The names of our own table.
export const SHAPE_NAMES = Object.keys(SHAPES) as ShapeName[];

/** The bucket around the prefix: none of these may go. */
export function siblingsOf(prefix: string): string[] {
  const stem = prefix.slice(0, -1);
  const beside = ['', '!', '.', '-', '-0/a', '0', '0/a', 'a', 'é', '\u{1f600}'].map((end) => stem + end);
  return [...beside, 'a', '0/1', `${prefix.toUpperCase()}a`, `other/${prefix}a`, '\u{10fffd}'];
}

const ALPHABETS = [
  'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  '0123456789',
  '_-.~',
  'abcdefghijklmnopqrstuvwxyz0123456789',
  "!$()*,:;=@'+",
];

const FOREIGN = Array.from(
  'äöüéñçß日本語中文字漢影像写真кириллица한국어\ue000\uf8f0\uffee\u{1f600}\u{1f468}\u{20000}\u{2fa1d}',
);

function hashOf(i: number): Buffer {
  return createHash('md5').update(String(i)).digest();
}

function pad(i: number, length: number): string {
  return String(i).padStart(length, '0');
}
