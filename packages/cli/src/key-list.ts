import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { UsageError } from './exit-codes.js';

/**
 * The keys of a file, one on each line, as this command writes them: plain, or as a JSON string. Streamed.
 *
 * @param file `-` for stdin
 * @throws UsageError that names the line when it cannot be read
 */
export async function* keysIn(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file);
  const failed = new Promise<never>((_, reject) => {
    input.once('error', (error: Error) => reject(new UsageError(`--keys: ${error.message}`)));
  });
  failed.catch(() => undefined);
  const lines = createInterface({ input, crlfDelay: Infinity })[Symbol.asyncIterator]();
  let number = 0;
  for (;;) {
    const next = await Promise.race([lines.next(), failed]);
    if (next.done) return;
    number++;
    if (next.value !== '') yield keyOf(next.value, number);
  }
}

function keyOf(line: string, number: number): string {
  if (!line.startsWith('"')) return line;
  try {
    return String(JSON.parse(line));
  } catch {
    throw new UsageError(`--keys: line ${number} begins with a quotation mark, and is no JSON string`);
  }
}
