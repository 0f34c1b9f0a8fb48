import type {
  DeletionFailure,
  DeletionReport,
  JournalRecord,
  OpenRange,
  RunSoFar,
  StoreErrorCode,
  Unsettled,
} from '@store/core';
import { isDoubtful, MOST_DOUBTFUL } from './doubtful.js';
import type { JournalHeader } from './header.js';
import type { FileRecord, SummaryRecord } from './records.js';

/** Failures that are kept whole. */
const SAMPLE_SIZE = 100;

type Intent = Extract<JournalRecord, { type: 'intent' }>;

/** An intent of which some keys have no outcome. */
export interface OpenIntent {
  readonly intent: Omit<Intent, 'type'>;
  /** Indexes of those that have. */
  readonly closed: ReadonlySet<number>;
}

interface KeptIntent extends OpenIntent {
  readonly closed: Set<number>;
}

/** What the lines of a journal come to, one after the other. Its size is that of what is open. */
export class JournalState {
  readonly header: JournalHeader;
  readonly #ranges = new Map<number, OpenRange>();
  readonly #intents = new Map<number, KeptIntent>();
  readonly #doubtful: Unsettled[] = [];
  #byCode: Partial<Record<StoreErrorCode, number>> = {};
  #sample: DeletionFailure[] = [];
  #passed = 0;
  #filtered = 0;
  #deleted = 0;
  #bytes = 0;
  #markersCreated = 0;
  #bin: string | undefined;
  #elapsedMs = 0;
  #nextId = 1;
  #end: { readonly at: string; readonly report: DeletionReport } | undefined;
  #sessions = 1;

  constructor(header: JournalHeader) {
    this.header = header;
  }

  /** How the last session ended; undefined while one is at work, or when it was killed. */
  get end(): { readonly at: string; readonly report: DeletionReport } | undefined {
    return this.#end;
  }

  get deleted(): number {
    return this.#deleted;
  }

  /** Of what was deleted, as listed. */
  get bytes(): number {
    return this.#bytes;
  }

  get sessions(): number {
    return this.#sessions;
  }

  /** Keys of the last session that failed. */
  get failures(): {
    readonly byCode: Partial<Record<StoreErrorCode, number>>;
    readonly sample: readonly DeletionFailure[];
  } {
    return { byCode: this.#byCode, sample: this.#sample };
  }

  /** Keys whose delete may have been sent, and of which nobody knows what became of them. */
  *unsettled(): Generator<Unsettled> {
    yield* this.#doubtful;
    for (const { intent, closed } of this.#intents.values()) {
      const { id, pass, keys, versions, sizes } = intent;
      for (const [index, key] of keys.entries()) {
        if (closed.has(index)) continue;
        const [versionId, size] = [versions?.[index] ?? undefined, sizes?.[index] ?? undefined];
        yield { pass, intent: id, index, key, versionId, size };
      }
    }
  }

  /** What has been sent and has no outcome, and of which of its keys that is not so any more. */
  openIntents(): Iterable<OpenIntent> {
    return this.#intents.values();
  }

  /** One of them. */
  openIntent(id: number): OpenIntent | undefined {
    return this.#intents.get(id);
  }

  soFar(): RunSoFar {
    return {
      startedAt: Date.parse(this.header.startedAt),
      elapsedMs: this.#elapsedMs,
      passed: this.#passed,
      ranges: Array.from(this.#ranges.values()),
      unsettled: Array.from(this.unsettled()),
      nextId: this.#nextId,
      filtered: this.#filtered,
      deleted: this.#deleted,
      bytes: this.#bytes,
      markersCreated: this.#markersCreated,
      bin: this.#bin,
    };
  }

  apply(record: FileRecord): void {
    switch (record.type) {
      case 'range': {
        const { id, pass, after, upto, of } = record;
        const parent = of === undefined ? undefined : this.#ranges.get(of);
        if (parent) this.#ranges.set(parent.id, { ...parent, upto: after });
        this.#open({ id, pass, after, upto });
        return;
      }
      case 'left': {
        const { id, pass, after, upto } = record;
        this.#open({ id, pass, after, upto });
        return;
      }
      case 'cursor': {
        const range = this.#ranges.get(record.range);
        if (range) this.#ranges.set(range.id, { ...range, after: record.at });
        this.#filtered += record.filtered;
        return;
      }
      case 'done':
        this.#ranges.delete(record.range);
        this.#filtered += record.filtered;
        return;
      case 'passed':
        this.#passed = Math.max(this.#passed, record.pass + 1);
        return;
      case 'intent':
        this.#take(record.id);
        this.#intents.set(record.id, { intent: record, closed: new Set() });
        return;
      case 'deleted':
        this.#close(record.intent, record.indexes);
        this.#count(record);
        return;
      case 'settled':
        this.#close(record.intent, record.indexes);
        this.#forget(record);
        if (!record.alive) this.#count({ count: record.indexes.length, bytes: record.bytes });
        return;
      case 'swept':
        this.#count({ count: record.keys.length, bytes: record.bytes });
        return;
      case 'markers':
        this.#markersCreated += record.keys.length;
        return;
      case 'failed':
        this.#fail(record);
        return;
      case 'session':
        // What had failed is tried again.
        this.#byCode = {};
        this.#sample = [];
        this.#end = undefined;
        this.#sessions++;
        return;
      case 'end':
        this.#end = record;
        this.#elapsedMs = record.report.elapsedMs;
        return;
      case 'summary':
        this.#restore(record);
        return;
      case 'trash':
        this.#bin = record.bin;
        return;
      case 'lost':
      case 'backup':
      case 'sweep':
    }
  }

  /** What it is, as one line in place of all. */
  summary(): SummaryRecord {
    const intents = Array.from(this.openIntents(), ({ intent, closed }) => {
      const { id, pass, keys, versions, sizes } = intent;
      return {
        ...present({
          id,
          pass,
          keys: [...keys],
          versions: versions && [...versions],
          sizes: sizes && [...sizes],
        }),
        closed: Array.from(closed),
      };
    });
    return { ...this.summaryWithoutIntents(), intents };
  }

  /** As {@link summary}, for who keeps intents elsewhere: they are most of it. */
  summaryWithoutIntents(): Omit<SummaryRecord, 'intents'> {
    return {
      type: 'summary',
      passed: this.#passed,
      filtered: this.#filtered,
      deleted: this.#deleted,
      bytes: this.#bytes,
      markersCreated: this.#markersCreated,
      elapsedMs: this.#elapsedMs,
      nextId: this.#nextId,
      ...present({ bin: this.#bin }),
      ranges: Array.from(this.#ranges.values(), (range) => present(range)),
      failures: { byCode: present({ ...this.#byCode }), sample: [...this.#sample] },
      doubtful: this.#doubtful.map(({ size: _size, ...one }) => present(one)),
    };
  }

  #restore({ intents, ranges, doubtful, failures, ...counts }: SummaryRecord): void {
    this.#passed = counts.passed;
    this.#filtered = counts.filtered;
    this.#deleted = counts.deleted;
    this.#bytes = counts.bytes;
    this.#markersCreated = counts.markersCreated;
    this.#bin = counts.bin;
    this.#elapsedMs = counts.elapsedMs;
    this.#nextId = counts.nextId;
    this.#ranges.clear();
    for (const range of ranges) this.#open(range);
    this.#intents.clear();
    for (const { closed, ...intent } of intents)
      this.#intents.set(intent.id, { intent, closed: new Set(closed) });
    this.#doubtful.splice(0, Infinity, ...doubtful);
    this.#byCode = { ...failures.byCode };
    this.#sample = [...failures.sample];
  }

  #open(range: OpenRange): void {
    this.#take(range.id);
    this.#ranges.set(range.id, range);
  }

  #take(id: number): void {
    this.#nextId = Math.max(this.#nextId, id + 1);
  }

  #count({ count, bytes }: { readonly count: number; readonly bytes: number }): void {
    this.#deleted += count;
    this.#bytes += bytes;
  }

  #fail({ intent = 0, index = 0, failure }: Extract<JournalRecord, { type: 'failed' }>): void {
    const open = this.#intents.get(intent);
    const { code, key, versionId } = failure;
    this.#byCode[code] = (this.#byCode[code] ?? 0) + 1;
    if (this.#sample.length < SAMPLE_SIZE) this.#sample.push(failure);
    if (!open) return;
    if (isDoubtful(code) && this.#doubtful.length < MOST_DOUBTFUL) {
      const size = open.intent.sizes?.[index] ?? undefined;
      this.#doubtful.push({ pass: open.intent.pass, intent, index, key, versionId, size });
    }
    this.#close(intent, [index]);
  }

  #close(id: number, indexes: readonly number[] | undefined): void {
    const open = this.#intents.get(id);
    if (!open) return;
    for (const index of indexes ?? []) open.closed.add(index);
    if (indexes === undefined || open.closed.size >= open.intent.keys.length) this.#intents.delete(id);
  }

  #forget({ intent, indexes }: { readonly intent: number; readonly indexes: readonly number[] }): void {
    for (const index of indexes) {
      const at = this.#doubtful.findIndex((one) => one.intent === intent && one.index === index);
      if (at >= 0) this.#doubtful.splice(at, 1);
    }
  }
}

/** Without what is undefined, which JSON does not have. */
function present<T extends object>(object: T): { [Name in keyof T]: Exclude<T[Name], undefined> } {
  // Each property that is left has a value.
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]: Exclude<T[Name], undefined>;
  };
}
