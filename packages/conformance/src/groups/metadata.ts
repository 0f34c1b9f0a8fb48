import { randomInt } from 'node:crypto';
import { Readable } from 'node:stream';
import { StoreError, type ObjectStore, type PutOptions } from '@store/core';
import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import { METADATA } from '../needs.js';
import { seededRandom } from '../seeded-random.js';
import type { SuiteContext } from '../suite-context.js';

/** Rounds of the random test. Services over HTTP take a few milliseconds for each. */
const ROUNDS = 60;

const LEGAL: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'no entries': {},
  'an empty value': { empty: '', a: 'b' },
  // All but `_`, which Ceph reads as `-` (measured with 16.2).
  'every character of a name': { "!#$%&'*+-.^`|~0189azAZ": 'x' },
  'all of printable ASCII': { a: String.fromCharCode(...Array.from({ length: 93 }, (_, i) => 33 + i)) },
  'spaces inside': { a: 'two  words,  and   more' },
  'text of Latin-1': { author: 'Müller, Bjørn' },
  'text of every plane': { a: '数据 \u{1f600} \u{10fffd} ﷽ é' },
  'a long text': { a: '界'.repeat(300) },
  'characters across the pieces of a text': { a: `x${'\u{1f600}'.repeat(30)}` },
  'other spaces and directions': { a: 'a\u2028b\u202ec\u00a0d' },
  'what looks like encoded words': {
    a: '=?UTF-8?B?w7w=?=',
    b: '=?utf-8?Q?=C3=BC?= =?UTF-8?B?w7w=?=',
    c: 'x =?UTF-8?B?w7w=?= y',
    d: '=?UTF-8?B?%%%?=',
  },
  'as much as there may be': { a: 'x'.repeat(2047) },
};

const ILLEGAL: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'no name': { '': 'x' },
  'a space in a name': { 'a b': 'x' },
  'a colon in a name': { 'a:b': 'x' },
  'a line break in a name': { 'a\r\nx-evil': 'x' },
  'a name outside of ASCII': { größe: 'x' },
  'a name that objects have': { ['__proto__']: 'x' },
  'names that differ by case alone': { Note: 'x', nOTE: 'y' },
  'a line break in a value': { a: 'x\r\ny: z' },
  'a tab in a value': { a: 'x\ty' },
  'a null in a value': { a: 'x\0y' },
  'a DEL in a value': { a: 'x\u007fy' },
  'a C1 control in a value': { a: 'x\u0085y' },
  'half a character in a value': { a: 'x\ud800' },
  'a space before a value': { a: ' x' },
  'a space behind a value': { a: 'x ' },
  'more than there may be': { a: 'x'.repeat(2048) },
  'more than there may be, when it is sent': { a: 'é'.repeat(800) },
};

const ILLEGAL_HEADERS: readonly PutOptions[] = [
  { contentType: 'text/plain\r\nx-evil: 1' },
  { contentType: ' text/plain' },
  { cacheControl: 'no-store\n' },
  { contentDisposition: 'attachment; filename="größe.txt"' },
  { contentEncoding: 'gz\0ip' },
  { contentLanguage: 'größe' },
  { expires: new Date('+012000-01-01T00:00:00Z') },
];

/** Everywhere the same is refused, and the same read back. */
export function metadataTests({ testIf }: SuiteContext): void {
  const test: SuiteContext['test'] = (title, body) => testIf([METADATA], title, body);
  for (const [what, metadata] of Object.entries(LEGAL)) {
    test(`keeps as metadata: ${what}`, async (store, prefix) => {
      await expectKept(store, `${prefix}k`, metadata);
    });
  }

  test('keeps metadata through copies, and of what goes up in parts', async (store, prefix) => {
    const metadata = { Author: 'Bjørn 数', plain: 'a', word: '=?UTF-8?B?w7w=?=' };
    const { multipart } = store.capabilities;
    const partBytes = multipart ? Math.max(multipart.minPartBytes, 1000) : 1000;
    const pieces = Array.from({ length: 2 }, () => Buffer.alloc(partBytes - 1, 'x'));
    await store.put(`${prefix}k`, Readable.from(pieces), { partBytes, metadata });
    await store.copy(`${prefix}k`, `${prefix}copy`);
    for (const key of [`${prefix}k`, `${prefix}copy`]) {
      expect((await store.head(key)).metadata).to.deep.equal(lowerCased(metadata));
    }
  });

  for (const [what, metadata] of Object.entries(ILLEGAL)) {
    test(`refuses as metadata: ${what}`, async (store, prefix) => {
      for (const body of ['x', Readable.from(['x'])]) {
        const error = await errorOf(store.put(`${prefix}k`, body, { metadata }), 'InvalidArgument');
        expect(error.reason).to.match(/^metadata ".*": ./s);
        const [name = ''] = Object.keys(metadata).slice(-1);
        if (/^[\w ]*$/.test(name)) expect(error.message).to.include(`metadata "${name}"`);
      }
      expect(await store.exists(`${prefix}k`)).to.equal(false);
    });
  }

  test('refuses headers that no request can carry, by their name', async (store, prefix) => {
    for (const attributes of ILLEGAL_HEADERS) {
      const error = await errorOf(store.put(`${prefix}k`, 'x', attributes), 'InvalidArgument');
      expect(error.message).to.include(`${Object.keys(attributes)[0]}: `);
    }
    expect(await store.exists(`${prefix}k`)).to.equal(false);
    const empty = {
      contentType: '',
      cacheControl: '',
      contentDisposition: '',
      contentEncoding: '',
      contentLanguage: '',
    };
    await store.put(`${prefix}k`, 'x', empty);
    await store.put(`${prefix}l`, 'x');
    const [with_, without] = [await store.head(`${prefix}k`), await store.head(`${prefix}l`)];
    for (const name of Object.keys(empty) as (keyof typeof empty)[]) {
      expect(with_[name], name).to.equal(without[name]);
    }
  });

  test('keeps the seconds of a time', async (store, prefix) => {
    await store.put(`${prefix}k`, 'x', { expires: new Date('2040-01-02T03:04:05.678Z') });
    expect((await store.head(`${prefix}k`)).expires).to.deep.equal(new Date('2040-01-02T03:04:05Z'));
  });

  test('reads back random metadata as it was written, or refuses it', async (store, prefix) => {
    const seed = randomInt(2 ** 31);
    const random = seededRandom(seed);
    for (let round = 0; round < ROUNDS; round++) {
      const metadata = randomMetadata(random);
      const title = `seed ${seed}, round ${round}: ${JSON.stringify(metadata)}`;
      const allowed = verdict(metadata);
      try {
        await expectKept(store, `${prefix}k`, metadata);
        expect(allowed, title).not.to.equal('illegal');
      } catch (error) {
        if (!(error instanceof StoreError)) throw new Error(title, { cause: error });
        expect(error.code, `${title}: ${error.message}`).to.equal('InvalidArgument');
        expect(allowed, `${title}: ${error.message}`).not.to.equal('legal');
      }
    }
  });
}

async function expectKept(
  store: ObjectStore,
  key: string,
  metadata: Readonly<Record<string, string>>,
): Promise<void> {
  await store.put(key, 'x', { metadata });
  expect((await store.head(key)).metadata ?? {}).to.deep.equal(lowerCased(metadata));
  const { info, body } = await store.get(key);
  body.destroy();
  expect(info.metadata ?? {}).to.deep.equal(lowerCased(metadata));
}

function lowerCased(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name.toLowerCase(), value]));
}

const NAME_CHARACTERS = "abcxyzABC0129-.!#$%&'*+^`|~";
const VALUE_CHARACTERS = [
  ...Array.from('abc XYZ 019 =?_-,;:"\\%+/()<>[]{}@'),
  'é',
  'ß',
  '数',
  '\u{1f600}',
  '\u{10ffff}',
  '\ufdd0',
];
const WRONG_CHARACTERS = ['\0', '\n', '\r', '\t', '\u001f', '\u007f', '\u0080', '\u009f', '\ud800', '\udfff'];

function randomMetadata(random: () => number): Record<string, string> {
  const below = (limit: number): number => Math.floor(random() * limit);
  const pick = (from: readonly string[] | string): string => from[below(from.length)] ?? '';
  const text = (length: number, from: readonly string[] | string): string =>
    Array.from({ length }, () => pick(from)).join('');
  const entry = (): [string, string] => {
    const name = text(1 + below(12), NAME_CHARACTERS) + (random() < 0.02 ? pick(' :"é\n') : '');
    const value = text(below(random() < 0.05 ? 700 : 60), VALUE_CHARACTERS);
    const wrong = random() < 0.03 ? pick(WRONG_CHARACTERS) : '';
    return [name, (random() < 0.9 ? value.trim() : value) + wrong];
  };
  return Object.fromEntries(Array.from({ length: below(6) }, entry));
}

/** What the rule means, said in another way; `either` near the limit on size, which depends on the encoding. */
function verdict(metadata: Readonly<Record<string, string>>): 'legal' | 'illegal' | 'either' {
  const names = Object.keys(metadata);
  const values = Object.values(metadata);
  const badName = names.some(
    (name) => name === '' || Array.from(name).some((c) => !NAME_CHARACTERS.includes(c)),
  );
  const doubled = new Set(names.map((name) => name.toLowerCase())).size < names.length;
  const badValue = values.some((value) => {
    const units = Array.from({ length: value.length }, (_, i) => value.charCodeAt(i));
    const control = units.some((unit) => unit < 0x20 || (unit >= 0x7f && unit <= 0x9f));
    return control || /^\s|\s$/.test(value) || Buffer.from(value).toString() !== value;
  });
  if (badName || doubled || badValue) return 'illegal';
  const utf8 = Buffer.byteLength([...names, ...values].join(''));
  if (utf8 > 2048) return 'illegal';
  return utf8 * 2 + values.length * 13 <= 2048 ? 'legal' : 'either';
}
