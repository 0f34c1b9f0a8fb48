import { plain, type Entry, type Page } from '../answer.js';
import { pageMode, type Mode, type ModeContext } from '../mode.js';
import { percentDecoded, percentEncoded } from '../request-target.js';
import { byteKey, isText, textOf, type ByteKey } from '../truth.js';
import { xmlText } from '../xml-text.js';

const OLD = '2001-01-01T00:00:00.000Z';

/** An entry that no filter keeps. */
function entry(page: Page, key: ByteKey | undefined): Entry {
  const versions = page.ask.kind === 'versions' ? { versionId: 'v0001', isLatest: plain('true') } : {};
  return {
    key,
    marker: false,
    size: plain('5000'),
    modified: { xml: OLD, json: `"${OLD}"` },
    ...versions,
  };
}

/** Adds an entry to a page: somewhere, at its beginning or at its end. */
function insert(page: Page, one: Entry, { random }: ModeContext): void {
  page.entries.splice(random.int(page.entries.length + 1), 0, one);
  page.nextIsImplied = false;
}

/** An entry more, whose key is none that could be asked for. */
function strange(name: string, make: (page: Page, context: ModeContext) => Entry): Mode {
  return pageMode({
    name: `a listing with ${name}`,
    say: (page, context) => insert(page, make(page, context), context),
  });
}

function outside(name: string, keys: readonly [string, ...string[]]): Mode {
  return strange(name, (page, { random }) => entry(page, byteKey(random.pick(keys))));
}

/** Keys without any encoding, and each written in a way of its own. */
function unencoded(name: string, write: (key: ByteKey) => string): Mode {
  return pageMode({
    name: `a listing whose keys are ${name}`,
    dialects: ['s3', 'oss'],
    say: (page) => {
      page.encoded = false;
      page.encodingType = undefined;
      // What is behind them is not written in that way.
      for (const one of page.entries) {
        if (one.key !== undefined && isText(one.key)) one.text = write(one.key);
      }
    },
  });
}

function references(key: ByteKey, each: (code: number) => string): string {
  return Array.from(textOf(key), (char) => each(char.codePointAt(0) ?? 0)).join('');
}

export const KEY_MODES: readonly Mode[] = [
  outside('keys outside the prefix', ['c', 'd', 'd0', 'dd/a', 'x', 'D/a', 'e/d/a']),
  outside('keys that have the prefix elsewhere', [
    'e/d/a',
    '/d/a',
    ' d/a',
    './d/a',
    'x/../d/a',
    '\ufeffd/a',
    'D/',
    'd\\a',
    'd%2Fa',
    'd∕a',
  ]),
  outside('the bucket itself', ['/', 'demo/d/a', '/demo/d/a']),
  strange('a key that is empty', (page) => entry(page, '')),
  strange('an entry without a key', (page) => entry(page, undefined)),
  strange('a key that is no text', (page, { dialect, random }) => ({
    ...entry(page, 'd/a'),
    text:
      dialect.language === 'json'
        ? random.pick(['null', '5', 'true', '["d/a"]', '{"key":"d/a"}'])
        : random.pick(['<b>d/a</b>', 'd/<b/>a', '&nope;', '&#xD800;', '&#x110000;', '&#;', '&', 'd/a&lt']),
  })),
  strange('two keys in an entry', (page) => ({
    ...entry(page, 'd/a'),
    extra: { xml: '<Key>d/b</Key>', json: '"key":"d/b"' },
  })),
  strange('bytes that are no UTF-8', (page, { random }) =>
    entry(
      page,
      random.pick(['d/\xff', 'd/a\xc3(', 'd/\xed\xa0\x80', 'd/\xf8\x88\x80\x80\x80', 'd/\xc0\xaf', 'd/\xc3']),
    ),
  ),
  pageMode({
    name: 'a bucket with keys that are no UTF-8',
    prepare: (truth, prefix, random) => {
      for (const bytes of random.some(
        ['\xff', 'a\xc3(', '\xed\xa0\x80', '\xc0\xaf', 'a\xef\xbf', '\xff\xff'],
        0.5,
      )) {
        truth.put(prefix + bytes, { size: 5000, modified: Date.parse(OLD) });
      }
    },
    say: (page, { random, dialect }) => {
      if (dialect.language === 'json' || random.chance(0.5)) return;
      page.encoded = false;
      page.encodingType = undefined;
    },
  }),
  pageMode({
    name: 'a listing that does not encode keys',
    dialects: ['s3', 'oss'],
    say: (page) => {
      page.encoded = false;
      page.encodingType = undefined;
    },
  }),
  unencoded('character references', (key) => references(key, (code) => `&#${code};`)),
  unencoded('hexadecimal references', (key) =>
    references(key, (code) => `&#x${code.toString(16).toUpperCase()};`),
  ),
  unencoded('CDATA sections', (key) => `<![CDATA[${key.replaceAll('\r', ']]>&#13;<![CDATA[')}]]>`),
  unencoded('broken by comments', (key) => xmlText(key).replace(/^(d\/)/, '$1<!-- d/other -->')),
  unencoded('broken by instructions', (key) => xmlText(key).replace(/^(d\/)/, '$1<?no such?>')),
  pageMode({
    name: 'a listing with raw carriage returns',
    dialects: ['s3', 'oss'],
    prepare: (truth, prefix) => truth.put(`${prefix}a\rb`, { size: 5000, modified: Date.parse(OLD) }),
    say: (page) => {
      page.encoded = false;
      page.encodingType = undefined;
      for (const one of page.entries) {
        if (one.key?.includes('\r')) one.text = xmlText(one.key).replaceAll('&#13;', '\r');
      }
    },
  }),
  pageMode({
    name: 'a listing whose keys are encoded twice',
    dialects: ['s3', 'oss'],
    say: (page, { invent, dialect }) => {
      const space = dialect.name === 's3' ? '+' : '%20';
      for (const one of page.entries) {
        const once = percentEncoded(one.key ?? '', space);
        one.text = percentEncoded(once);
        invent(once);
        // Beside a mode by which keys are not encoded at all.
        invent(one.text);
      }
    },
    lies: 'keys',
  }),
  pageMode({
    name: 'a listing that calls encoded what is not',
    dialects: ['s3', 'oss'],
    say: (page) => {
      page.encoded = false;
      page.encodingType = 'url';
    },
    // Its markers are misread too.
    lies: 'hides',
  }),
  pageMode({
    name: 'a listing that encodes keys and does not say so',
    dialects: ['s3', 'oss'],
    say: (page) => {
      page.encoded = true;
      page.encodingType = undefined;
    },
    // Its markers are misread too.
    lies: 'hides',
  }),
  pageMode({
    name: 'a listing in an encoding that nobody asked for',
    dialects: ['s3', 'oss'],
    say: (page, { random }) => {
      page.encodingType = random.pick(['URL', ' url ', 'base64', 'html', 'url, base64', 'none']);
    },
  }),
  pageMode({
    name: 'a listing with broken percent signs',
    dialects: ['s3', 'oss'],
    say: (page, { random, invent }) => {
      for (const one of page.entries) {
        if (!one.key?.includes('%')) continue;
        one.text = one.key
          .replaceAll(/[^\w/%]/g, '_')
          .replaceAll('%', random.pick(['%', '%2', '%u0025', '%G5']));
        invent(percentDecoded(one.text));
      }
    },
    lies: 'keys',
  }),
];
