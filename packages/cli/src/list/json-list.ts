import * as v from 'valibot';
import { UsageError } from '../exit-codes.js';
import { split } from './list-text.js';
import type { ListedKey } from './listed-key.js';

const entry = v.looseObject({
  key: v.string(),
  versionId: v.optional(v.pipe(v.string(), v.nonEmpty())),
  size: v.optional(v.pipe(v.number(), v.minValue(0))),
  unnameable: v.optional(v.boolean()),
});

/** A JSON document on each line, with `key` and perhaps `versionId`: what `ls --json` and `--failures` write. */
export async function* keysInJson(text: AsyncIterable<string>): AsyncGenerator<ListedKey> {
  let number = 0;
  for await (const line of split(text, '\n')) {
    number++;
    if (line.trim() !== '') yield keyIn(line, number);
  }
}

function keyIn(line: string, number: number): ListedKey {
  const { success, output } = v.safeParse(entry, parsed(line));
  if (!success) {
    throw new UsageError(
      `--from: line ${number} is no JSON object with a key (a text), and perhaps a versionId (a text that is not empty)`,
    );
  }
  const { key, versionId, size, unnameable } = output;
  // Without it, the current object would be deleted in place of a version.
  const misspelt = Object.keys(output).find(
    (name) => name !== 'versionId' && /^version[-_ ]?(?:id)?$/i.test(name),
  );
  if (misspelt !== undefined) {
    throw new UsageError(`--from: line ${number} has ${JSON.stringify(misspelt)}; it is "versionId"`);
  }
  return { key, versionId, size, refusal: unnameable ? 'no request can name it' : undefined };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
