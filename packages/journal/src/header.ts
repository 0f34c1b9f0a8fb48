import { StoreError, type RunOutline } from '@store/core';
import { isDeepStrictEqual } from 'node:util';
import * as v from 'valibot';

/** Of the lines below the header. A journal with another one is refused. */
export const FORMAT = 1;

/** The first line of a journal: which run it is about. */
export interface JournalHeader extends Omit<RunOutline, 'startedAt'> {
  readonly type: 'run';
  readonly format: typeof FORMAT;
  /** ISO 8601, UTC: filters by age reckon from it, in every session of the run. */
  readonly startedAt: string;
  /** Every key, version and marker is kept, also of what is finished. */
  readonly audit: boolean;
  /** How whoever began the run calls what it deletes from; see `JournalFileOptions.address`. */
  readonly address?: string;
  /** The configuration that names the store; see `JournalFileOptions.config`. */
  readonly config?: string;
}

/** What a header has beside the run. */
export type HeaderExtras = Pick<JournalHeader, 'audit'> & {
  readonly address?: string | undefined;
  readonly config?: string | undefined;
};

const schema = v.object({
  type: v.literal('run'),
  format: v.literal(FORMAT),
  operation: v.picklist(['deletePrefix', 'deleteMany']),
  provider: v.string(),
  place: v.string(),
  prefix: v.nullable(v.string()),
  options: v.record(v.string(), v.unknown()),
  startedAt: v.pipe(v.string(), v.isoTimestamp()),
  audit: v.boolean(),
  address: v.exactOptional(v.string()),
  config: v.exactOptional(v.string()),
}) satisfies v.GenericSchema<unknown, JournalHeader>;

/** @throws StoreError `InvalidArgument` for what is no journal, or one of another version of this library */
export function readHeader(value: unknown, path: string): JournalHeader {
  const { success, output } = v.safeParse(schema, value);
  if (success) return output;
  const { output: format } = v.safeParse(v.object({ type: v.literal('run'), format: v.number() }), value);
  const other =
    typeof format === 'object' && format !== null && 'format' in format && format.format !== FORMAT;
  const message = other
    ? `${path} is a journal of format ${String(format.format)}; this version reads format ${FORMAT}`
    : `${path} is no journal of a deletion`;
  throw new StoreError('InvalidArgument', message);
}

export function headerOf(
  { startedAt, ...run }: RunOutline,
  { audit, address, config }: HeaderExtras,
): JournalHeader {
  return {
    type: 'run',
    format: FORMAT,
    ...run,
    startedAt: new Date(startedAt).toISOString(),
    audit,
    ...(address === undefined ? {} : { address }),
    ...(config === undefined ? {} : { config }),
  };
}

/** @throws StoreError `InvalidArgument` that names the difference, when a journal is about another run */
export function checkSameRun(header: JournalHeader, run: RunOutline, path: string): void {
  const facts = ['operation', 'provider', 'place', 'prefix'] as const;
  const names = new Set([...Object.keys(header.options), ...Object.keys(run.options)]);
  const differences = [
    ...facts
      .filter((name) => header[name] !== run[name])
      .map((name) => difference(name, header[name], run[name])),
    ...Array.from(names)
      .filter((name) => !isDeepStrictEqual(header.options[name], run.options[name]))
      .map((name) => difference(name, header.options[name], run.options[name])),
  ];
  if (differences.length === 0) return;
  const message = `the journal ${path} is about another run: ${differences.join('; ')}`;
  throw new StoreError('InvalidArgument', message);
}

function difference(name: string, there: unknown, here: unknown): string {
  return `${name} is ${shown(there)} there and ${shown(here)} here`;
}

function shown(value: unknown): string {
  return value === undefined ? 'not given' : JSON.stringify(value);
}
