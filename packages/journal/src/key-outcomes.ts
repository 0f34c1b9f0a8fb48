import type { DeletionFailure, JournalRecord } from '@store/core';
import { isDoubtful, MOST_DOUBTFUL } from './doubtful.js';
import { journalRecords, readJournal } from './read-journal.js';
import type { FileRecord, SummaryRecord } from './records.js';

/** What became of one key or version of a run. */
export interface KeyOutcome {
  readonly key: string;
  readonly versionId?: string | undefined;
  /** `unconfirmed`: its delete may have been sent, and nobody knows what became of it. */
  readonly outcome: 'deleted' | 'failed' | 'unconfirmed';
  readonly failure?: DeletionFailure | undefined;
}

type Intent = Omit<Extract<JournalRecord, { type: 'intent' }>, 'type'>;

type Target = Pick<KeyOutcome, 'key' | 'versionId'>;

/**
 * What became of the keys that a journal names, in bounded memory: of all keys with `audit`, else of those that are still there.
 * A key that failed and was tried again by a later session has the outcome of that one.
 *
 * @returns how many deleted keys the journal does not name any more
 * @throws StoreError `InvalidArgument` for what is no journal, `Corrupt` for one that is not readable in the middle
 */
export async function* keyOutcomes(
  path: string,
): AsyncGenerator<KeyOutcome, { readonly missing: number }, undefined> {
  const sessions = (await readJournal(path))?.state.sessions ?? 0;
  const open = new OpenKeys();
  let named = 0;
  const records = journalRecords(path);
  for (;;) {
    const { done, value } = await records.next();
    if (done) {
      for (const one of value?.state.unsettled() ?? []) {
        const { key, versionId } = one;
        if (!open.hasFailed(one)) yield { key, versionId, outcome: 'unconfirmed' };
      }
      return { missing: Math.max(0, (value?.state.deleted ?? 0) - named) };
    }
    const { record, state } = value;
    for (const one of open.apply(record)) {
      // What failed before, a later session tries again.
      if (one.outcome === 'failed' && state.sessions < sessions) continue;
      if (one.outcome === 'deleted') named++;
      yield one;
    }
  }
}

/** The names of keys that have no outcome yet. */
class OpenKeys {
  readonly #intents = new Map<number, { readonly intent: Intent; readonly closed: Set<number> }>();
  /** Failed, and perhaps deleted all the same. */
  readonly #doubtful = new Map<string, Target>();
  /** Those of them that failed in the last session. */
  readonly #failed = new Set<string>();

  /** In the last session that was read. */
  hasFailed({ intent, index }: { readonly intent: number; readonly index: number }): boolean {
    return this.#failed.has(nameOf(intent, index));
  }

  *apply(record: FileRecord): Generator<KeyOutcome> {
    switch (record.type) {
      case 'intent':
        this.#intents.set(record.id, { intent: record, closed: new Set() });
        return;
      case 'deleted':
        for (const target of this.#deleted(record)) yield { ...target, outcome: 'deleted' };
        return;
      case 'settled':
        for (const index of record.indexes) {
          const name = nameOf(record.intent, index);
          const target = this.#doubtful.get(name) ?? this.#take(record.intent, [index])[0];
          this.#doubtful.delete(name);
          if (target && !record.alive) yield { ...target, outcome: 'deleted' };
        }
        return;
      case 'swept':
        for (const key of record.keys) yield { key, outcome: 'deleted' };
        return;
      case 'failed': {
        const { intent, index = 0, failure } = record;
        const { key, versionId } = failure;
        if (intent !== undefined) {
          const [target] = this.#take(intent, [index]);
          if (target && isDoubtful(failure.code) && this.#doubtful.size < MOST_DOUBTFUL) {
            this.#doubtful.set(nameOf(intent, index), target);
            this.#failed.add(nameOf(intent, index));
          }
        }
        yield { key, versionId, outcome: 'failed', failure };
        return;
      }
      case 'session':
        this.#failed.clear();
        return;
      case 'summary':
        this.#restore(record);
        return;
      case 'range':
      case 'left':
      case 'cursor':
      case 'done':
      case 'passed':
      case 'markers':
      case 'lost':
      case 'trash':
      case 'backup':
      case 'sweep':
      case 'end':
    }
  }

  /** Of a line whose intent is gone, where a journal was made shorter, the keys stand in it, if they do anywhere. */
  #deleted({ intent, indexes, keys = [] }: Extract<JournalRecord, { type: 'deleted' }>): readonly Target[] {
    return this.#intents.has(intent) ? this.#take(intent, indexes) : keys.map((key) => ({ key }));
  }

  #take(id: number, indexes: readonly number[] | undefined): Target[] {
    const open = this.#intents.get(id);
    if (!open) return [];
    const { intent, closed } = open;
    const taken = (indexes ?? Array.from(intent.keys.keys())).filter((index) => !closed.has(index));
    for (const index of taken) closed.add(index);
    if (closed.size >= intent.keys.length) this.#intents.delete(id);
    return taken.flatMap((index) => {
      const key = intent.keys[index];
      return key === undefined ? [] : [{ key, versionId: intent.versions?.[index] ?? undefined }];
    });
  }

  #restore({ intents, doubtful }: SummaryRecord): void {
    this.#intents.clear();
    for (const { closed, ...intent } of intents)
      this.#intents.set(intent.id, { intent, closed: new Set(closed) });
    this.#doubtful.clear();
    for (const { intent, index, key, versionId } of doubtful)
      this.#doubtful.set(nameOf(intent, index), { key, versionId });
  }
}

function nameOf(intent: number, index: number): string {
  return `${intent} ${index}`;
}
