import fc from 'fast-check';
import { lookAlike } from './look-alikes.js';

/** S3's, and CTYUN's; OSS takes one less. */
export const MAX_KEY_BYTES = 1024;

const CONTROLS = fc
  .integer({ min: 0, max: 0x9f })
  .map((n) => String.fromCodePoint(n < 0x20 || n > 0x7e ? n : n % 0x20));

/** Every code point but the surrogates. */
const ANY_CHARACTER = fc
  .integer({ min: 0, max: 0x10ffff - 0x800 })
  .map((n) => String.fromCodePoint(n < 0xd800 ? n : n + 0x800));

/** Where implementations have put their private marks, and where UTF-16, UTF-8 and XML have their edges. */
const EDGES = fc.oneof(
  fc.integer({ min: 0x10f000, max: 0x10ffff }).map((n) => String.fromCodePoint(n)),
  fc.integer({ min: 0xe000, max: 0xf8ff }).map((n) => String.fromCodePoint(n)),
  fc.constantFrom(
    '\u{10fffd}',
    '\u{10ffff}',
    '\u{10f041}',
    '\uf041',
    '\uf8ff',
    '\ue000',
    '\ufffd',
    '\ufffe',
    '\uffff',
  ),
  fc.constantFrom('\ud7ff', '\ufeff', '\u{10000}', '\u{1f600}', '\u{effff}', '\u{fffff}', '\u07ff', '\u0800'),
);

const SPACES = fc.constantFrom(
  ' ',
  '\t',
  '\n',
  '\r',
  '\r\n',
  '\u0085',
  '\u00a0',
  '\u2028',
  '\u2029',
  '\u3000',
  '\u200b',
  '  ',
);

/** The same to a reader, and to what normalises; not the same bytes. */
const FORMS = fc.constantFrom(
  'é',
  'e\u0301',
  'Å',
  '\u212b',
  'A\u030a',
  'ﬁ',
  'fi',
  '한',
  '\u1112\u1161\u11ab',
  'ß',
  'SS',
  'İ',
  'i',
);

const MARKUP = fc.constantFrom(...Array.from(`<>&"'%+;#?=*[]{}\\!^$()|,@:`));

const WORDS = fc.constantFrom(
  ...'. .. ./ ../ // / %2F %2f %00 %e9 % &#9; &#x1; &amp; </Key> ]]> <!--'.split(' '),
  ...'__proto__ constructor null \\u0000 =?UTF-8?B?YQ==?= + - ~ .tmp con'.split(' '),
  'a b',
);

const PLAIN = fc.constantFrom('a', 'b', 'c', 'A', '0', '9', '-', '_', 'ab');

/** A few characters, mostly plain ones: keys have to be near each other to be taken for each other. */
const PIECE = fc.oneof(
  { weight: 8, arbitrary: PLAIN },
  { weight: 3, arbitrary: fc.constant('/') },
  { weight: 2, arbitrary: WORDS },
  { weight: 1, arbitrary: MARKUP },
  { weight: 1, arbitrary: SPACES },
  { weight: 1, arbitrary: FORMS },
  { weight: 2, arbitrary: EDGES },
  { weight: 1, arbitrary: CONTROLS },
  { weight: 1, arbitrary: ANY_CHARACTER },
);

/** A text of a few pieces, perhaps none. */
export const text = fc.array(PIECE, { maxLength: 4 }).map((pieces) => pieces.join(''));

/** What a run deletes under, and what its caller has to say with it. */
export interface Place {
  readonly prefix: string;
  readonly leave: { readonly partialName?: true; readonly entireStore?: true };
}

export const place: fc.Arbitrary<Place> = fc.oneof(
  { weight: 12, arbitrary: text.map((name) => ({ prefix: `${name}/`, leave: {} })) },
  {
    weight: 5,
    arbitrary: fc
      .tuple(text, PIECE)
      .map(([name, end]) => name + end)
      .filter((prefix) => !prefix.endsWith('/'))
      .map((prefix) => ({ prefix, leave: { partialName: true as const } })),
  },
  { weight: 1, arbitrary: fc.constant({ prefix: '', leave: { entireStore: true as const } }) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        PLAIN,
        fc.constantFrom('長', `${'directory'.repeat(6)}/`, '&', 'x'),
        fc.integer({ min: 900, max: 1022 }),
      )
      .map(([begin, filling, bytes]) => ({ prefix: `${fill(begin, filling, bytes)}/`, leave: {} })),
  },
);

function fill(begin: string, filling: string, bytes: number): string {
  const room = bytes - Buffer.byteLength(begin);
  return begin + filling.repeat(Math.max(0, Math.floor(room / Buffer.byteLength(filling))));
}

/** How a key comes from a place: behind the prefix, or behind (or in place of) something that looks like it. */
type Recipe =
  | { readonly kind: 'inside'; readonly rest: string }
  | { readonly kind: 'near'; readonly nth: number; readonly rest: string }
  | { readonly kind: 'like'; readonly of: number; readonly nth: number }
  | { readonly kind: 'longest'; readonly filling: string }
  | { readonly kind: 'else'; readonly key: string };

const nth = fc.nat(63);
const recipe: fc.Arbitrary<Recipe> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('inside' as const), rest: text }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('near' as const), nth, rest: fc.oneof(fc.constant(''), text) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('like' as const), of: fc.nat(11), nth }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('longest' as const),
      filling: fc.constantFrom('x', '長', '\u{10ffff}', '&'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('else' as const), key: text }) },
);

/** Up to so many keys under and beside a prefix, none twice. */
export function keysAround(
  prefix: string,
  { most, maxBytes }: { readonly most: number; readonly maxBytes: number },
) {
  return fc.array(recipe, { minLength: 1, maxLength: most }).map((recipes) => {
    const keys: string[] = [];
    for (const one of recipes) {
      const key = follow(one, prefix, keys, maxBytes);
      if (key !== undefined && isKey(key, maxBytes)) keys.push(key);
    }
    return [...new Set(keys)];
  });
}

function follow(
  one: Recipe,
  prefix: string,
  before: readonly string[],
  maxBytes: number,
): string | undefined {
  switch (one.kind) {
    case 'inside':
      return prefix + one.rest;
    case 'near':
      return lookAlike(prefix, one.nth) + one.rest;
    case 'like': {
      const model = before[one.of % Math.max(1, before.length)];
      return model === undefined ? undefined : lookAlike(model, one.nth);
    }
    case 'longest':
      return fill(prefix, one.filling, maxBytes);
    case 'else':
      return one.key;
  }
}

export function isKey(key: string, maxBytes: number): boolean {
  return key !== '' && key.isWellFormed() && Buffer.byteLength(key) <= maxBytes;
}
