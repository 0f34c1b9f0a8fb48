import { UsageError } from '../exit-codes.js';
import { textOf } from '../list/list-text.js';
import { keysByLine } from '../list/plain-list.js';

/** A run has a row for each, of which all are looked at whenever somebody asks how far it is. */
const MOST_ADDRESSES = 1000;

/**
 * The addresses of a list, one a line, plain or as JSON strings.
 *
 * @param file `-` for stdin
 * @throws UsageError for one that cannot be read, has none, or too many
 */
export async function readAddresses(file: string): Promise<readonly string[]> {
  const addresses: string[] = [];
  for await (const { key } of keysByLine(textOf(file))) {
    addresses.push(key);
    if (addresses.length > MOST_ADDRESSES)
      throw new UsageError(`--from: a run has at most ${MOST_ADDRESSES} prefixes; take several runs`);
  }
  if (addresses.length > 0) return addresses;
  throw new UsageError('--from: the list has no address');
}
