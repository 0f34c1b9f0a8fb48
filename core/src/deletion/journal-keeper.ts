import { KeyRange } from '../ranges/key-range.js';
import type { DeleteTarget } from '../requests.js';
import { ByTarget } from './by-target.js';
import type { Candidate, Deleted } from './candidate.js';
import type { JournalRecord, JournalSession, OpenRange, RunSoFar, Unsettled } from './journal.js';
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
  readonly #unsettled = new ByTarget<Unsettled>();
  /** Intents, and how many of their keys have no outcome yet. */
  readonly #sent = new Map<number, { readonly keys: number; open: number }>();

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
    for (const { id } of given.flatMap(({ replaces = [] }) => replaces))
      this.#append({ type: 'done', range: id, filtered: 0 });
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

  /** Writes down what is about to be sent. Resolves when that survives a crash. */
  async intend(candidates: readonly Candidate[]): Promise<void> {
    const id = this.#id();
    this.#append({
      type: 'intent',
      id,
      pass: this.#pass,
      keys: candidates.map(({ key }) => key),
      versions: someOf(candidates, ({ versionId }) => versionId),
      sizes: someOf(candidates, ({ size }) => size),
    });
    for (const [index, { tracked }] of candidates.entries()) {
      if (!tracked) continue;
      tracked.intent = id;
      tracked.index = index;
    }
    this.#sent.set(id, { keys: candidates.length, open: candidates.length });
    await this.#session.flush();
  }

  deleted(candidates: readonly Deleted[], bytes: number): void {
    const markers = candidates.filter(
      ({ deleteMarker, versionId }) => deleteMarker && versionId === undefined,
    );
    const [first] = candidates;
    if (!first) return;
    // Mostly they are a whole request's.
    const intent = first.tracked?.intent ?? 0;
    const isOne = candidates.every(({ tracked }) => tracked?.intent === intent);
    if (isOne) this.#deletedOf(intent, candidates, bytes);
    else for (const one of candidates) this.#deletedOf(one.tracked?.intent ?? 0, [one], one.size ?? 0);
    if (markers.length > 0) {
      this.#append({
        type: 'markers',
        keys: markers.map(({ key }) => key),
        ids: markers.map(({ deleteMarkerVersionId }) => deleteMarkerVersionId ?? null),
      });
    }
    for (const { tracked } of candidates) tracked?.segment?.settle();
  }

  failed({ tracked }: Candidate, failure: DeletionFailure): void {
    const { intent = 0, index = 0, segment } = tracked ?? {};
    if (intent > 0) this.#settle(intent, 1);
    this.#append(intent > 0 ? { type: 'failed', intent, index, failure } : { type: 'failed', failure });
    segment?.leave();
    segment?.settle();
  }

  /** The service is about to be asked to delete what is under the prefix, so many keys at most. */
  async sweep(maxKeys: number): Promise<void> {
    this.#append({ type: 'sweep', maxKeys });
    await this.#session.flush();
  }

  /** A listing shows this: what an earlier session may have deleted is there. */
  sees(target: DeleteTarget): void {
    const one = this.#unsettled.size === 0 ? undefined : this.#unsettled.get(target);
    if (!one || one.pass !== this.#pass) return;
    this.#unsettled.delete(target);
    const { intent, index } = one;
    this.#append({ type: 'settled', intent, indexes: [index], alive: true, bytes: 0 });
  }

  /** What no listing of this pass has shown again is gone: an earlier session's request was carried out. */
  takeGone(): readonly Unsettled[] {
    const gone = Array.from(this.#unsettled.values()).filter(({ pass }) => pass === this.#pass);
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
    const append = (record: JournalRecord): void => this.#append(record);
    return { pass, ordered: this.#ordered, nextId: () => this.#id(), append };
  }

  #deletedOf(intent: number, some: readonly Deleted[], bytes: number): void {
    if (intent === 0) {
      this.#append({ type: 'swept', keys: some.map(({ key }) => key), bytes });
      return;
    }
    const isWhole = this.#settle(intent, some.length);
    const indexes = isWhole ? undefined : some.map(({ tracked }) => tracked?.index ?? 0);
    this.#append({ type: 'deleted', intent, indexes, count: some.length, bytes });
  }

  /** So many keys of an intent have their outcome. @returns whether these are all that it had */
  #settle(intent: number, outcomes: number): boolean {
    const sent = this.#sent.get(intent);
    if (!sent) return false;
    sent.open -= outcomes;
    if (sent.open <= 0) this.#sent.delete(intent);
    return outcomes === sent.keys;
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
