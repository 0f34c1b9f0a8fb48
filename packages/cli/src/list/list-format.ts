import { UsageError } from '../exit-codes.js';

/** What a list of keys can be written in. */
export const LIST_FORMATS = ['lines', 'nul', 'json', 'csv'] as const;

export type ListFormat = (typeof LIST_FORMATS)[number];

/**
 * Tells the format of a list by its beginning. Nothing is guessed that could be plain keys and something else: the wrong guess
 * would delete other keys, or none.
 *
 * @param beginning up to the end of the first line at least
 * @throws UsageError when it may be more than one
 */
export function formatOf(beginning: string): ListFormat {
  if (beginning.includes('\0')) {
    // Its keys would be the single characters of the keys that are meant.
    if (beginning.split('\0').some((name) => name === '\n' || name === '\r'))
      throw new UsageError('--from: the list looks like UTF-16; it has to be UTF-8');
    return 'nul';
  }
  const line = firstLine(beginning);
  if (line.startsWith('{')) {
    if (isTarget(line)) return 'json';
    throw ambiguous('a line of JSON that names a key, or a key that begins with "{"', ['json', 'lines']);
  }
  // A key that begins so is a JSON string in a list of lines.
  if (/^"(?:[^"]|"")*",/.test(line)) return 'csv';
  if (line.includes(',')) throw ambiguous('a line of CSV, or a key with a comma', ['csv', 'lines']);
  return 'lines';
}

function firstLine(text: string): string {
  const lines = text.split('\n', 2);
  return lines[0]?.replace(/\r$/, '') ?? '';
}

function isTarget(line: string): boolean {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return false;
    return ('key' in value && typeof value.key === 'string') || 'type' in value;
  } catch {
    return false;
  }
}

function ambiguous(what: string, formats: readonly ListFormat[]): UsageError {
  const flags = formats.map((format) => `--format ${format}`).join(' or ');
  return new UsageError(`--from: the list begins with ${what}; say which with ${flags}`);
}
