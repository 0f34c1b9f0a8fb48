import { KeyRange } from '@store/engine/ranges';
import type { DeleteTarget } from '@store/driver';
import { ByTarget } from './by-target.js';
import type { Candidate, Deleted } from './candidate.js';
import type { JournalRecord, JournalSession, OpenRange, RunSoFar, Unsettled } from './journal.js';
import { Expected, Intents } from './intents.js';
import { LeftRanges } from './left-ranges.js';
import { openRanges } from './open-ranges.js';
import { RangeRecord, type PageFacts, type RecordContext } from './range-record.js';
import type { DeletionFailure } from './report.js';
import type { Segment } from './segment.js';

/** One listing of a run, written down as it goes. */
export interface PassRecord {
  /** What is to be listed. */
  readonly ranges: readonly KeyRange[];
  onSplit(lower: KeyRange, upper: KeyRange): void;
  onEmpty(range: KeyRange): void;
  page(range: KeyRange, facts: PageFacts): PageRecord;
}

/** A page of a listing: where its entries belong. */
export interface PageRecord {
  of(key: string): Segment;
  /** All its entries are known. */
  close(): void;
}

/** Writes the journal of one run, from what happens in it. */
export class JournalKeeper {
  readonly soFar: RunSoFar | undefined;
  readonly #session: JournalSession;
  readonly #ordered: boolean;
  #nextId: number;
  #pass = 0;
  #closed = false;
  /** What is deleted has a copy, which only its key leads to. */
  #backsUp = false;
  /** Where the last listing left something. */
  #left = new LeftRanges();
  readonly #unsettled = new ByTarget<Unsettled>();
  readonly #expected = new Expected();
  readonly #intents = new Intents();

  /** @param ordered see `ListFacet.order` */
  constructor(session: JournalSession, ordered: boolean) {
    this.#session = session;
    this.#ordered = ordered;
    this.soFar = session.soFar;
    this.#nextId = this.soFar?.nextId ?? 1;
    for (const one of this.soFar?.unsettled ?? []) this.#unsettled.set(one, one);
  }

  /** Begins a listing. Undefined when an earlier session has gone through it. */
  pass(pass: number): PassRecord | undefined {
    this.#pass = pass;
    const given = openRanges(this.soFar, pass);
    if (given.length === 0) return undefined;
    const context = this.#context(pass);
    const records = new Map<KeyRange, RangeRecord>();
    const begin = ({ after, upto }: Pick<OpenRange, 'after' | 'upto'>, id: number): KeyRange => {
      const range = new KeyRange({ after, upto });
      records.set(range, new RangeRecord(id, range, context));
      return range;
    };
    const ranges = given.map((one) => {
      const id = one.id ?? this.#id();
      if (one.id === undefined) this.#append({ type: 'range', id, pass, after: one.after, upto: one.upto });
      return begin(one, id);
    });
    const recordOf = (range: KeyRange): RangeRecord => {
      const record = records.get(range) ?? new RangeRecord(this.#id(), range, context);
      records.set(range, record);
      return record;
    };
    return {
      ranges,
      onSplit: (lower, upper) => {
        const { after, upto } = upper;
        const { id } = recordOf(upper);
        this.#append({ type: 'range', id, pass, of: recordOf(lower).id, after, upto });
      },
      onEmpty: (range) => {
        recordOf(range).finish();
        records.delete(range);
      },
      page: (range, facts) => {
        const record = recordOf(range);
        if (facts.last) records.delete(range);
        return record.page(facts);
      },
    };
  }

  /** A listing has been gone through to its end. */
  passed(pass: number): void {
    this.#append({ type: 'passed', pass });
  }

  /** This is to be deleted. @param segment of the listing that named it */
  expect(candidate: Candidate, segment?: Segment): void {
    segment?.expect();
    this.#expected.add(candidate, segment);
  }

  /** Writes down what is about to be sent. Resolves when that survives a crash. */
  async intend(candidates: readonly Candidate[]): Promise<void> {
    const id = this.#id();
    const segments = candidates.map((candidate) => this.#expected.take(candidate));
    this.#intents.add({ id, candidates, segments });
    this.#append({
      type: 'intent',
      id,
      pass: this.#pass,
      keys: candidates.map(({ key }) => key),
      versions: someOf(candidates, ({ versionId }) => versionId),
      sizes: someOf(candidates, ({ size }) => size),
    });
    await this.#session.flush();
  }

  /** What is deleted is copied before, to this prefix and its key. */
  backUpTo(prefix: string): void {
    this.#backsUp = true;
    this.#append({ type: 'backup', prefix });
  }

  /** Which markers their deletes made, nobody knows. Before they are told of as deleted. */
  lost(candidates: readonly DeleteTarget[]): void {
    // With a backup their names are in the journal anyway.
    if (!this.#backsUp) this.#lost(candidates);
  }

  deleted(candidates: readonly Deleted[], bytes: number): void {
    if (candidates.length === 0) return;
    const whole = this.#intents.takeWhole(candidates);
    if (whole) {
      const count = candidates.length;
      this.#append({ type: 'deleted', ...this.#named(candidates), intent: whole.id, count, bytes });
      for (const segment of whole.segments) segment?.settle();
    } else for (const one of candidates) this.#deletedOne(one);
    const markers = candidates.filter(
      ({ deleteMarker, versionId }) => deleteMarker && versionId === undefined,
    );
    if (markers.length === 0) return;
    this.#append({
      type: 'markers',
      keys: markers.map(({ key }) => key),
      ids: markers.map(({ deleteMarkerVersionId }) => deleteMarkerVersionId ?? null),
    });
  }

  failed(candidate: Candidate, failure: DeletionFailure): void {
    const sent = this.#intents.take(candidate);
    const segment = sent ? sent.segment : this.#expected.take(candidate);
    this.#append(
      sent ? { type: 'failed', intent: sent.id, index: sent.index, failure } : { type: 'failed', failure },
    );
    segment?.leave();
    segment?.settle();
  }

  /** The service is about to be asked to delete what is under the prefix, so many keys at most. */
  async sweep(maxKeys: number): Promise<void> {
    this.#append({ type: 'sweep', maxKeys });
    await this.#session.flush();
  }

  /** A listing shows this. @returns whether an earlier session may have deleted it, which it has not */
  sees(target: DeleteTarget): boolean {
    const one = this.#unsettled.size === 0 ? undefined : this.#unsettled.get(target);
    if (!one || one.pass !== this.#pass) return false;
    this.#unsettled.delete(target);
    const { intent, index } = one;
    this.#append({ type: 'settled', intent, indexes: [index], alive: true, bytes: 0 });
    return true;
  }

  /** What no listing of this pass has shown again is gone: an earlier session's request was carried out. */
  takeGone(): readonly Unsettled[] {
    const gone = Array.from(this.#unsettled.values()).filter(({ pass }) => pass === this.#pass);
    // First: what counts as deleted has to be in the journal by its name, or nobody takes it back.
    this.#lost(gone);
    for (const one of gone) {
      this.#unsettled.delete(one);
      const { intent, index, size = 0 } = one;
      this.#append({ type: 'settled', intent, indexes: [index], alive: false, bytes: size });
    }
    return gone;
  }

  append(record: JournalRecord): void {
    this.#append(record);
  }

  /** Everything is written down, and the journal free for others. Again it does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#session.close();
  }

  #context(pass: number): RecordContext {
    const before = this.#left;
    const left = new LeftRanges();
    this.#left = left;
    return {
      pass,
      ordered: this.#ordered,
      wasLeft: (part) => before.meets(part),
      nextId: () => this.#id(),
      append: (record) => {
        if (record.type === 'left') left.add(record);
        this.#append(record);
      },
    };
  }

  #deletedOne(deleted: Deleted): void {
    const { key, size = 0, asked = deleted } = deleted;
    const sent = this.#intents.take(asked);
    const where = sent && { intent: sent.id, indexes: [sent.index] };
    if (where) this.#append({ type: 'deleted', ...this.#named([deleted]), ...where, count: 1, bytes: size });
    else this.#append({ type: 'swept', keys: [key], bytes: size });
    sent?.segment?.settle();
  }

  #lost(targets: readonly DeleteTarget[]): void {
    const keys = targets.filter(({ versionId }) => versionId === undefined).map(({ key }) => key);
    if (keys.length > 0) this.#append({ type: 'lost', keys });
  }

  #named(candidates: readonly Candidate[]): { readonly keys?: readonly string[] } {
    return this.#backsUp ? { keys: candidates.map(({ key }) => key) } : {};
  }

  #id(): number {
    return this.#nextId++;
  }

  #append(record: JournalRecord): void {
    this.#session.append(record);
  }
}

/** What of each there is; undefined when none has it. */
function someOf<T, V>(all: readonly T[], of: (one: T) => V | undefined): (V | null)[] | undefined {
  const values = all.map((one) => of(one) ?? null);
  return values.some((value) => value !== null) ? values : undefined;
}
