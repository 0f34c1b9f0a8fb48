import { createHash } from 'node:crypto';

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Random = () => number;
/** A part of a name, by the number of what it names. */
type Part = (i: number) => string;

const WORDS =
  'alice bob carol dave erin frank grace heidi ivan judy mallory niaj olivia peggy rupert sybil'.split(' ');
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const SIGNS = '!#$%&()+,-.;=@[]^_{}~';

const digest = (i: number, salt: number): Buffer => createHash('md5').update(`${salt}:${i}`).digest();
const pick = <T>(random: Random, choices: readonly [T, ...T[]]): T =>
  choices[Math.floor(random() * choices.length)] ?? choices[0];
const between = (random: Random, low: number, high: number): number =>
  Math.floor(low + random() * (high - low));

/** What tells names apart. */
function tellingPart(random: Random): Part {
  const salt = between(random, 0, 1e6);
  const digits = between(random, 6, 12);
  const step = between(random, 1, 50);
  const begin = between(random, 0, 1e6);
  const length = between(random, 10, 32);
  return pick<Part>(random, [
    (i) => String(begin + i * step).padStart(digits, '0'),
    (i) => String(begin + i),
    (i) => digest(i, salt).toString('hex').slice(0, length),
    (i) => digest(i, salt).toString('hex').toUpperCase().slice(0, length),
    (i) => Array.from(digest(i, salt), (byte) => BASE64.charAt(byte & 63)).join(''),
    (i) => digest(i, salt).toString('base64').replaceAll('/', '_'),
    (i) => new Date(1.6e12 + i * step * 60_000).toISOString(),
    (i) => `${WORDS[digest(i, salt).readUInt8() & 15] ?? ''}${i}`,
    (i) => `${WORDS[i & 15] ?? ''}.${digest(i, salt).toString('hex').slice(0, 8)}@host`,
    (i) => `${SIGNS.charAt(i % SIGNS.length)}${i}`,
    (i) => `${String.fromCodePoint(0x4e00 + (digest(i, salt).readUInt16LE() % 5000))}${i}`,
    (i) =>
      digest(i, salt)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
  ]);
}

/** To which directory each object belongs. */
function spread(random: Random, objects: number, directories: number): (i: number) => number {
  const base = 1 + 10 ** (3 / directories);
  return pick<(i: number) => number>(random, [
    (i) => i % directories,
    (i) => i % directories,
    (i) => Math.floor((i * directories) / objects),
    // A few have most.
    (i) => Math.min(directories - 1, Math.floor(Math.log(1 + i) / Math.log(base))),
    (i) => Math.floor(directories ** ((i + 1) / objects)) - 1,
    // One has as many as all others together.
    (i) => (i % 2 === 0 ? Math.floor(directories / 3) : (i >> 1) % directories),
  ]);
}

function keysOfOneKind(random: Random, objects: number): string[] {
  const depth = pick(random, [0, 0, 1, 1, 2, 3]);
  const word = pick(random, ['', '', 'name-', 'inbox.', `${pick(random, ['a', 'logs', 'Z'])}-`]);
  const ending = pick(random, ['', '.json', '/meta', '.tar.gz']);
  const file = tellingPart(random);
  let directories: Part = () => '';
  for (let level = 0; level < depth; level++) {
    const before = directories;
    const name = tellingPart(random);
    const of = spread(random, objects, between(random, 2, pick(random, [20, 300, 5000])));
    const between2 = pick(random, ['/', '/', '/inbox/']);
    directories = (i) => `${before(i)}${name(of(i))}${between2}`;
  }
  return Array.from({ length: objects }, (_, i) => `${directories(i)}${word}${file(i)}${ending}`);
}

/** Keys of a random shape: flat names and trees of many kinds, alone and beside each other. */
export function randomShape(seed: number, most = 40_000): string[] {
  const random = randomFrom(seed);
  const kinds = pick(random, [1, 1, 1, 2, 2, 3]);
  const keys: string[] = [];
  for (let kind = 0; kind < kinds; kind++) {
    const under = kinds === 1 || random() < 0.6 ? '' : `${pick(random, ['a', 'm', 'data', 'zz'])}${kind}/`;
    const objects = between(random, 50, (most * (0.2 + 0.8 * random())) / kinds);
    keys.push(...keysOfOneKind(random, objects).map((key) => under + key));
  }
  return keys;
}
