/** Each is a way in which some program takes one key for another, or one prefix for a longer or a shorter one. */
const CONFUSIONS: readonly ((key: string) => string)[] = [
  // Siblings: what a prefix without its slash, or one character more or less, means as well.
  (key) => key.slice(0, -1),
  (key) => `${key}/`,
  (key) => `${key}0`,
  (key) => `${key}.`,
  (key) => shiftLast(key, 1),
  (key) => shiftLast(key, -1),
  (key) => key.replace(/\/$/, '0'),
  (key) => key.replace(/\/$/, '.'),
  (key) => key.replace(/\/$/, '-x/'),
  // Paths.
  (key) => key.replace(/\/+/g, '/'),
  (key) => key.replace(/\//, '//'),
  (key) => key.replace(/^\/+/, ''),
  (key) => `/${key}`,
  (key) => `./${key}`,
  (key) => `../${key}`,
  (key) => `x/../${key}`,
  (key) => key.replace(/\//, '/./'),
  (key) => key.replaceAll('/', '\\'),
  (key) => key.replaceAll('\\', '/'),
  (key) => normalPath(key),
  // Case and Unicode.
  (key) => key.toUpperCase(),
  (key) => key.toLowerCase(),
  (key) => key.normalize('NFC'),
  (key) => key.normalize('NFD'),
  (key) => key.normalize('NFKC'),
  (key) => mapCharacters(key, (code) => (code > 0xffff ? code & 0xffff : code)),
  (key) => mapCharacters(key, (code) => (code >= 0x10f000 ? code - 0x10f000 : code)),
  (key) => mapCharacters(key, (code) => (code >= 0x10f000 ? code - 0x100000 : code)),
  (key) => mapCharacters(key, (code) => (code < 0x20 ? 0x10f000 + code : code)),
  (key) => mapCharacters(key, (code) => (code < 0x20 ? 0xf000 + code : code)),
  (key) => mapCharacters(key, (code) => (code < 0x20 || code > 0x7e ? 0xfffd : code)),
  (key) => mapCharacters(key, (code) => (code > 0xff ? code & 0xff : code)),
  (key) => mapCharacters(key, (code) => (code === 0x2e ? 0xf8ff : code)),
  (key) => Buffer.from(key, 'utf8').toString('latin1'),
  // White space and line ends.
  (key) => key.trim(),
  (key) => ` ${key}`,
  (key) => `${key}\n`,
  (key) => key.replaceAll('\r\n', '\n'),
  (key) => key.replaceAll('\r', '\n'),
  (key) => key.replaceAll('\n', '\r\n'),
  (key) => key.replace(/\s+/g, ' '),
  // Encodings.
  (key) => encodeURIComponent(key),
  (key) => decoded(key),
  (key) => key.replaceAll('+', ' '),
  (key) => key.replaceAll(' ', '+'),
  (key) => key.replaceAll(' ', '%20'),
  (key) => key.replaceAll('/', '%2F'),
  (key) => key.replaceAll('&', '&amp;').replaceAll('<', '&lt;'),
  (key) => key.replaceAll('&amp;', '&').replaceAll('&lt;', '<'),
  (key) => key.replace(/&#x?([0-9a-f]+);/gi, (whole, digits: string) => reference(whole, digits)),
  (key) => mapText(key, (char) => (char < ' ' ? `&#${char.codePointAt(0)};` : char)),
  // What ends a text, for some.
  (key) => key.split('\u0000')[0] ?? '',
  (key) => key.split('#')[0] ?? '',
  (key) => key.split('?')[0] ?? '',
  (key) => Buffer.from(key).subarray(0, 1000).toString(),
];

/** Something that others may take this key for: in the n-th way, or in the next one that makes a difference. */
export function lookAlike(key: string, nth: number): string {
  for (let tried = 0; tried < CONFUSIONS.length; tried++) {
    const other = CONFUSIONS[(nth + tried) % CONFUSIONS.length]?.(key).toWellFormed() ?? '';
    if (other !== '' && other !== key) return other;
  }
  return key;
}

function mapText(text: string, change: (character: string) => string): string {
  return Array.from(text, change).join('');
}

function mapCharacters(text: string, change: (code: number) => number): string {
  return mapText(text, (character) => String.fromCodePoint(change(character.codePointAt(0) ?? 0)));
}

function shiftLast(key: string, by: number): string {
  const characters = Array.from(key);
  const last = characters.pop()?.codePointAt(0);
  if (last === undefined || last + by < 0 || last + by > 0x10ffff) return '';
  return characters.join('') + String.fromCodePoint(last + by);
}

function normalPath(key: string): string {
  const kept: string[] = [];
  for (const segment of key.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '.') kept.push(segment);
  }
  return kept.join('/');
}

function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return '';
  }
}

function reference(whole: string, digits: string): string {
  const code = Number.parseInt(digits, whole.toLowerCase().startsWith('&#x') ? 16 : 10);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}
