import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { UsageError } from '../exit-codes.js';
import { errorCode } from '../system-error.js';

/** A line, a key or a record is shorter, in characters: the longest key has 1,024 bytes in most stores. */
export const MAX_LENGTH = 1024 * 1024;

/**
 * The text of a list, piece by piece, without the byte order mark.
 *
 * @param file `-` for stdin
 * @throws UsageError when it cannot be read, or is no UTF-8: with its bytes replaced it would name other keys
 */
export async function* textOf(file: string): AsyncGenerator<string, void, undefined> {
  const input: Readable = file === '-' ? process.stdin : createReadStream(file);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const chunk of input as AsyncIterable<Buffer>) yield decoder.decode(chunk, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError('--from: the list is no UTF-8');
    throw unreadableList(file, error);
  }
}

export const IS_DIRECTORY = 'is a directory, and no list of keys';

/** For a list that is not there, or is none. */
export function unreadableList(file: string, error: unknown): UsageError {
  const code = errorCode(error);
  const why =
    code === 'ENOENT'
      ? 'does not exist'
      : code === 'EISDIR'
        ? IS_DIRECTORY
        : `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  return new UsageError(`--from: ${file} ${why}`);
}

/** What ends in a separator, without it; the last one needs none. */
export async function* split(
  text: AsyncIterable<string>,
  separator: string,
): AsyncGenerator<string, void, undefined> {
  let rest = '';
  for await (const piece of text) {
    const parts = (rest + piece).split(separator);
    rest = parts.pop() ?? '';
    yield* parts;
    if (rest.length > MAX_LENGTH) throw new UsageError('--from: the list has a line that does not end');
  }
  if (rest !== '') yield rest;
}

/** Looks at the beginning of a text, up to the end of its first line, and gives all of it again. */
export async function peek(
  text: AsyncGenerator<string, void, undefined>,
): Promise<{ readonly beginning: string; readonly all: AsyncGenerator<string, void, undefined> }> {
  let beginning = '';
  while (!/[\n\0]/.test(beginning) && beginning.length <= MAX_LENGTH) {
    const { done, value } = await text.next();
    if (done) break;
    beginning += value;
  }
  return { beginning, all: again(beginning, text) };
}

async function* again(
  beginning: string,
  rest: AsyncGenerator<string, void, undefined>,
): AsyncGenerator<string, void, undefined> {
  yield beginning;
  yield* rest;
}
