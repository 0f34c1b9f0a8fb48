import {
  StoreError,
  type DeletionFailure,
  type DeletionReport,
  type JournalRecord,
  type JournalSession,
  type RunSoFar,
} from '@store/core';
import { JournalState, type JournalHeader, type OpenIntent } from '@store/journal';
import type { FleetBooks, KeptIntent, PieceAccount, TakenPiece } from './fleet-books.js';
import type { PieceId } from './fleet-run.js';
import { COUNTS, type PieceCounts } from './piece-counts.js';
import { RevivedKeys } from './revived.js';

/** Between two times that an account is written, in milliseconds: what is counted late is counted again from what was left. */
const ACCOUNT_MS = 200;

/** The journal of a piece while one worker deals with it: what is about to be deleted is in the books before it is sent. */
export class PieceSession implements JournalSession {
  readonly soFar: RunSoFar;
  readonly #books: FleetBooks;
  readonly #id: PieceId;
  readonly #state: JournalState;
  readonly #epoch: number;
  /** Of earlier sessions. */
  readonly #before: PieceCounts;
  readonly #tell: ((counts: PieceCounts) => void) | undefined;
  /** What has been told. */
  #told: PieceCounts;
  #report: DeletionReport | undefined;
  /** What the run has counted so far that its journal does not. */
  throttled = 0;
  /** In the books, and those that are not yet. */
  readonly #kept: Set<number>;
  #new: KeptIntent[] = [];
  readonly #revived = new RevivedKeys();
  /** What failed is in these. */
  readonly #failed = new Set<number>();
  #sequence = 0;
  /** The books have to be told everything. */
  #whole = false;
  /** The account is wanted with the next write. */
  #isDue = false;
  #writtenAt = -Infinity;
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #isLost = false;
  #hasSeen = false;

  /** @param tell of what the books have counted since it was told last */
  constructor(
    books: FleetBooks,
    id: PieceId,
    header: JournalHeader,
    taken: TakenPiece,
    tell?: (counts: PieceCounts) => void,
  ) {
    this.#books = books;
    this.#id = id;
    this.#epoch = taken.epoch;
    this.#before = taken.counts;
    this.#tell = tell;
    this.#told = taken.counts;
    this.#state = new JournalState(header);
    const { closed, ...account } = taken.account;
    const intents = taken.intents.map((intent) => ({ ...intent, closed: [...(closed[intent.id] ?? [])] }));
    // Intents are written down sooner than what they are numbered by.
    const nextId = Math.max(account.nextId, ...intents.map(({ id: number }) => number + 1));
    this.#state.apply({ ...account, nextId, intents });
    this.#state.apply({ type: 'session', at: new Date().toISOString() });
    this.#kept = new Set(intents.map(({ id: number }) => number));
    this.soFar = this.#state.soFar();
  }

  /** Somebody else has the piece. */
  get isLost(): boolean {
    return this.#isLost;
  }

  /** Something of what is to be deleted has been listed. */
  get hasSeen(): boolean {
    return this.#hasSeen;
  }

  get state(): JournalState {
    return this.#state;
  }

  /** Ranges in which something failed, which is left as it is. */
  isFailed(range: number): boolean {
    return this.#failed.has(range);
  }

  /** Some of the keys that failed. */
  get failures(): readonly DeletionFailure[] {
    return this.#summary().failures.sample;
  }

  /** The run is over. */
  count(report: DeletionReport): void {
    this.#report = report;
  }

  append(record: JournalRecord): void {
    if (!UNSEEING.has(record.type)) this.#hasSeen = true;
    if (record.type === 'settled' && record.alive) {
      const { intent } = this.#state.openIntent(record.intent) ?? {};
      if (intent) this.#revived.see(intent, record.indexes);
    }
    this.#state.apply(record);
    if (record.type === 'intent') {
      this.#new.push(kept(record));
      // In one write with it, or the key counts twice.
      if (this.#revived.send(record)) this.#isDue = true;
    } else if (record.type === 'left') this.#failed.add(record.id);
  }

  /** All that comes in while a write is under way shares the next one. */
  flush(): Promise<void> {
    this.#next ??= this.#current.then(() => this.#write());
    return this.#next;
  }

  /** Writes the account, if that was not done a moment ago. */
  async tell(): Promise<void> {
    if (performance.now() - this.#writtenAt >= ACCOUNT_MS) await this.checkpoint();
  }

  /** Writes the account too. */
  checkpoint(): Promise<void> {
    this.#isDue = true;
    return this.flush();
  }

  close(): Promise<void> {
    return this.checkpoint();
  }

  #write(): Promise<void> {
    this.#next = undefined;
    const done = this.#send();
    // Whoever waits for it hears of it.
    this.#current = done.catch(() => undefined);
    return done;
  }

  async #send(): Promise<void> {
    if (this.#isLost) throw this.#lost();
    const intents = this.#new;
    this.#new = [];
    const due = this.#isDue || this.#whole || performance.now() - this.#writtenAt >= ACCOUNT_MS;
    this.#isDue = false;
    if (!due && intents.length === 0) return;
    const result = await this.#change(intents, due);
    if (result === 'lost') {
      this.#isLost = true;
      throw this.#lost();
    }
    if (result === 'kept') return;
    this.#whole = true;
    if ((await this.#change([], true)) === 'kept') return;
    this.#isLost = true;
    throw this.#lost();
  }

  async #change(intents: readonly KeptIntent[], due: boolean) {
    const whole = this.#whole;
    const open = due ? Array.from(this.#revived.open(this.#state.openIntents())) : [];
    const isOpen = new Set(open.map(({ intent }) => intent.id));
    for (const { id } of intents) this.#kept.add(id);
    const closed = due ? Array.from(this.#kept).filter((id) => !isOpen.has(id)) : [];
    if (due) this.#writtenAt = performance.now();
    const counts = due ? this.#counts() : undefined;
    const result = await this.#books.write(this.#id, {
      epoch: this.#epoch,
      sequence: this.#sequence,
      whole,
      intents: whole ? open.map(({ intent }) => kept(intent)) : intents,
      closed: whole ? [] : closed,
      account: due ? this.#account(open) : undefined,
      counts,
    });
    if (result !== 'kept') return result;
    if (counts) this.#tellOf(counts);
    this.#sequence++;
    this.#whole = false;
    for (const id of closed) this.#kept.delete(id);
    return result;
  }

  #tellOf(counts: PieceCounts): void {
    const told = this.#told;
    this.#told = counts;
    // Each of the names is there. What had failed and is tried again is taken back from the books alone.
    const more = COUNTS.map((name) => [name, Math.max(0, counts[name] - told[name])]);
    this.#tell?.(Object.fromEntries(more) as PieceCounts);
  }

  #account(open: readonly OpenIntent[]): PieceAccount {
    const partly: Record<string, readonly number[]> = {};
    for (const { intent, closed } of open) if (closed.size > 0) partly[intent.id] = Array.from(closed);
    return { ...this.#summary(), closed: partly };
  }

  #counts(): PieceCounts {
    const account = this.#summary();
    const { deleted, filtered, bytes, markersCreated: markers } = account;
    const { lists, deletes, retried, throttled } = this.#before;
    const failed = Object.values(account.failures.byCode).reduce((sum, count) => sum + count, 0);
    const { requests, blocked = 0 } = this.#report ?? {};
    return {
      deleted,
      filtered,
      bytes,
      markers,
      // What had failed before was tried again.
      failed: failed - blocked,
      blocked,
      lists: lists + (requests?.list ?? 0),
      deletes: deletes + (requests?.delete ?? 0),
      retried: retried + (requests?.retried ?? 0),
      throttled: throttled + (requests?.throttled ?? this.throttled),
    };
  }

  /** What was not tried again because the run was stopped is no failure: it is in a range that is left. */
  #summary(): ReturnType<JournalState['summaryWithoutIntents']> {
    const summary = this.#state.summaryWithoutIntents();
    const { Aborted: _left, ...byCode } = summary.failures.byCode;
    const sample = summary.failures.sample.filter(({ code }) => code !== 'Aborted');
    return { ...summary, failures: { byCode, sample } };
  }

  #lost(): StoreError {
    const message = 'another worker has taken this part of the prefix up';
    return new StoreError('PreconditionFailed', message, { operation: 'deletePrefix' });
  }
}

/** What a run writes down before any answer, and after all. */
const UNSEEING: ReadonlySet<JournalRecord['type']> = new Set(['range', 'end']);

/** As it is written down: what is undefined is not there. */
function kept({ id, pass, keys, versions, sizes }: OpenIntent['intent']): KeptIntent {
  return {
    id,
    pass,
    keys: [...keys],
    ...(versions && { versions: [...versions] }),
    ...(sizes && { sizes: [...sizes] }),
  };
}
