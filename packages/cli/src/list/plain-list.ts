import { UsageError } from '../exit-codes.js';
import { split } from './list-text.js';
import type { ListedKey } from './listed-key.js';

/**
 * A key on each line, plain or as a JSON string, as this command writes them. Empty lines are none. CR belongs to the end of a line
 * when the first one has it, else to the key.
 */
export async function* keysByLine(text: AsyncIterable<string>): AsyncGenerator<ListedKey> {
  let number = 0;
  let endsInCr = false;
  for await (const whole of split(text, '\n')) {
    number++;
    if (number === 1) endsInCr = whole.endsWith('\r');
    const line = endsInCr && whole.endsWith('\r') ? whole.slice(0, -1) : whole;
    if (line !== '') yield { key: line.startsWith('"') ? keyIn(line, number) : line };
  }
}

/** Keys that end in NUL, each exactly as it is. */
export async function* keysByNul(text: AsyncIterable<string>): AsyncGenerator<ListedKey> {
  for await (const key of split(text, '\0')) if (key !== '') yield { key };
}

function keyIn(line: string, number: number): string {
  try {
    return String(JSON.parse(line));
  } catch {
    throw new UsageError(`--from: line ${number} begins with a quotation mark, and is no JSON string`);
  }
}
