import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { UsageError } from '../exit-codes.js';
import { MAX_LENGTH } from './list-text.js';
import type { ListedKey } from './listed-key.js';

/** Where in a record it stands. */
interface Columns {
  readonly bucket: number | undefined;
  readonly key: number;
  readonly versionId: number | undefined;
}

/**
 * The keys of an S3 Inventory, or of a manifest of S3 Batch Operations: `bucket,key[,versionid[,is_latest,is_delete_marker,…]]`,
 * with a line of names or without. Keys are URL-encoded there
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html).
 *
 * @param bucket that of the store: keys of another one are refused
 */
export async function* keysInCsv(
  text: AsyncIterable<string>,
  bucket: string | undefined,
): AsyncGenerator<ListedKey> {
  const parser = parse({ max_record_size: MAX_LENGTH, relax_column_count: true, skip_empty_lines: true });
  const source = Readable.from(text);
  source.once('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let columns: Columns | undefined;
  let number = 0;
  try {
    for await (const fields of parser as AsyncIterable<string[]>) {
      number++;
      if (!columns) {
        const named = columnsNamed(fields);
        columns = named ?? columnsOf(fields);
        if (named) continue;
      }
      yield keyIn(fields, columns, { number, bucket });
    }
  } catch (error) {
    if (error instanceof CsvError) throw new UsageError(`--from: the list is no CSV: ${error.message}`);
    throw error;
  } finally {
    source.destroy();
  }
}

function keyIn(
  fields: readonly string[],
  columns: Columns,
  { number, bucket }: { readonly number: number; readonly bucket: string | undefined },
): ListedKey {
  const encoded = fields[columns.key];
  if (encoded === undefined || encoded === '') throw new UsageError(`--from: record ${number} has no key`);
  const key = decode(encoded, number);
  const there = columns.bucket === undefined ? undefined : fields[columns.bucket];
  const isOther = bucket !== undefined && there !== undefined && there !== bucket;
  const versionId = columns.versionId === undefined ? undefined : fields[columns.versionId] || undefined;
  return { key, versionId, refusal: isOther ? `it is of the bucket ${there}` : undefined };
}

/** Of a line of names. */
function columnsNamed(fields: readonly string[]): Columns | undefined {
  const names = fields.map((name) => name.trim().toLowerCase().replace(/[_ -]/g, ''));
  const at = (name: string): number | undefined => (names.includes(name) ? names.indexOf(name) : undefined);
  const key = at('key');
  if (key === undefined || new Set(names).size < names.length) return undefined;
  // A bucket may be called so; a second column that is, is a name.
  return names.includes('bucket') || names.length === 1
    ? { bucket: at('bucket'), key, versionId: at('versionid') }
    : undefined;
}

/** Without names: other columns than those of an inventory with versions may stand where the version is. */
function columnsOf(fields: readonly string[]): Columns {
  const [, , , isLatest, isMarker] = fields;
  const areFlags = [isLatest, isMarker].every((field) => field === 'true' || field === 'false');
  if (fields.length === 2) return { bucket: 0, key: 1, versionId: undefined };
  if (fields.length === 3 || (fields.length > 3 && areFlags)) return { bucket: 0, key: 1, versionId: 2 };
  throw new UsageError(
    '--from: the columns of the list are not those of an inventory with versions; put their names into its first line: bucket,key,…',
  );
}

/** As forms are encoded: `+` is a space, and `%2B` a plus. */
function decode(encoded: string, number: number): string {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    throw new UsageError(`--from: the key of record ${number} is not URL-encoded`);
  }
}
