import type { DeletionFailure, DeletionReport, JournalRecord } from '@store/core';
import * as v from 'valibot';

const id = () => v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const count = id;
const keys = () => v.array(v.string());
const optionalText = () => v.exactOptional(v.string());

const range = {
  id: id(),
  pass: id(),
  after: optionalText(),
  upto: optionalText(),
};

/** What the library wrote itself, and reads only to show it. */
const failure = v.custom<DeletionFailure>(
  (value) => typeof value === 'object' && value !== null && 'key' in value && 'code' in value,
);
const report = v.custom<DeletionReport>(
  (value) => typeof value === 'object' && value !== null && 'deleted' in value && 'complete' in value,
);

const intent = {
  id: id(),
  pass: id(),
  keys: keys(),
  versions: v.exactOptional(v.array(v.nullable(v.string()))),
  sizes: v.exactOptional(v.array(v.nullable(v.number()))),
};

/** Where a journal was made shorter: what the lines that are gone came to. */
const summary = v.object({
  type: v.literal('summary'),
  passed: count(),
  filtered: count(),
  deleted: count(),
  bytes: count(),
  markersCreated: count(),
  bin: optionalText(),
  elapsedMs: v.number(),
  nextId: id(),
  ranges: v.array(v.object(range)),
  intents: v.array(v.object({ ...intent, closed: v.array(id()) })),
  failures: v.object({ byCode: v.record(v.string(), count()), sample: v.array(failure) }),
  doubtful: v.array(
    v.object({ pass: id(), intent: id(), index: id(), key: v.string(), versionId: optionalText() }),
  ),
});

const RECORDS = {
  range: v.object({ type: v.literal('range'), ...range, of: v.exactOptional(id()) }),
  left: v.object({ type: v.literal('left'), ...range, of: id() }),
  cursor: v.object({ type: v.literal('cursor'), range: id(), at: v.string(), filtered: count() }),
  done: v.object({ type: v.literal('done'), range: id(), filtered: count() }),
  passed: v.object({ type: v.literal('passed'), pass: id() }),
  intent: v.object({ type: v.literal('intent'), ...intent }),
  deleted: v.object({
    type: v.literal('deleted'),
    keys: v.exactOptional(keys()),
    intent: id(),
    indexes: v.exactOptional(v.array(id())),
    count: count(),
    bytes: count(),
  }),
  markers: v.object({ type: v.literal('markers'), keys: keys(), ids: v.array(v.nullable(v.string())) }),
  trash: v.object({ type: v.literal('trash'), bin: v.string() }),
  backup: v.object({ type: v.literal('backup'), prefix: v.string() }),
  lost: v.object({ type: v.literal('lost'), keys: keys() }),
  failed: v.object({
    type: v.literal('failed'),
    intent: v.exactOptional(id()),
    index: v.exactOptional(id()),
    failure,
  }),
  settled: v.object({
    type: v.literal('settled'),
    intent: id(),
    indexes: v.array(id()),
    alive: v.boolean(),
    bytes: count(),
  }),
  sweep: v.object({ type: v.literal('sweep'), maxKeys: count() }),
  swept: v.object({ type: v.literal('swept'), keys: keys(), bytes: count() }),
  end: v.object({ type: v.literal('end'), at: v.string(), report }),
  session: v.object({ type: v.literal('session'), at: v.string() }),
  summary,
} satisfies {
  readonly [Type in FileRecord['type']]: v.GenericSchema<unknown, Extract<FileRecord, { type: Type }>>;
};

/** Another process has taken the run up. */
export interface SessionRecord {
  readonly type: 'session';
  readonly at: string;
}

export type SummaryRecord = v.InferOutput<typeof summary>;

/** A line of a journal file, behind the header. */
export type FileRecord = JournalRecord | SessionRecord | SummaryRecord;

/** Undefined for what is none. */
export function readRecord(value: unknown): FileRecord | undefined {
  const type: unknown =
    typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (typeof type !== 'string' || !Object.hasOwn(RECORDS, type)) return undefined;
  const schema: v.GenericSchema<unknown, FileRecord> = RECORDS[type as FileRecord['type']];
  const { success, output } = v.safeParse(schema, value);
  return success ? output : undefined;
}
