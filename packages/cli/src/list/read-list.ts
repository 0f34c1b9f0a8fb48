import { keyOutcomes } from '@store/journal';
import { UsageError } from '../exit-codes.js';
import { keysInCsv } from './csv-list.js';
import { keysInJson } from './json-list.js';
import { formatOf, type ListFormat } from './list-format.js';
import { peek, textOf } from './list-text.js';
import type { ListedKey } from './listed-key.js';
import { keysByLine, keysByNul } from './plain-list.js';

export interface ListSettings {
  readonly format: ListFormat | 'auto';
  /** That of the store. */
  readonly bucket: string | undefined;
}

/**
 * The entries of a list, streamed. Of a journal: the keys that failed in its last session.
 *
 * @param file `-` for stdin
 * @throws UsageError for one that is not readable, or of no format that is known
 */
export async function* readList(file: string, { format, bucket }: ListSettings): AsyncGenerator<ListedKey> {
  const { beginning, all } = await peek(textOf(file));
  const form = format === 'auto' ? formatOf(beginning) : format;
  switch (form) {
    case 'lines':
      yield* keysByLine(all);
      return;
    case 'nul':
      yield* keysByNul(all);
      return;
    case 'csv':
      yield* keysInCsv(all, bucket);
      return;
    case 'json':
      if (!/^{"type":"(?:run|set)"/.test(beginning)) {
        yield* keysInJson(all);
        return;
      }
      await all.return(undefined);
      if (beginning.startsWith('{"type":"set"')) {
        throw new UsageError('--from: this is a set that a dry run has written, not a list of keys');
      }
      if (file === '-') throw new UsageError('--from: a journal is read as a file, not from stdin');
      yield* failedKeys(file);
      return;
  }
}

async function* failedKeys(path: string): AsyncGenerator<ListedKey> {
  for await (const { key, versionId, outcome, failure } of keyOutcomes(path)) {
    if (outcome === 'failed')
      yield { key, versionId, refusal: failure?.unnameable ? 'no request can name it' : undefined };
  }
}
