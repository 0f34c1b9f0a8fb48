import { StoreError, type JournalRecord, type JournalSession, type RunSoFar } from '@store/core';
import { open, rename, unlink, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemReason } from '@store/driver/extend';
import type { JournalLock } from './journal-lock.js';
import type { JournalState } from './journal-state.js';
import { readJournal } from './read-journal.js';
import type { FileRecord } from './records.js';

/** What waits to be written is written when it is so much, in characters, though nobody asks for it. */
const MOST_PENDING = 256 * 1024;

/** A journal is made shorter when it has grown to this, in bytes, and to twice what it was after the last time. */
const LONG = 32 * 1024 * 1024;

/** How a line begins that is kept: undoing needs it. */
const KEPT = /^{"type":"(?:markers"|lost"|backup"|deleted","keys":)/;

/** Bytes of a line in which that is seen. */
const BEGINNING = 40;

export interface WriterSettings {
  readonly path: string;
  readonly file: FileHandle;
  readonly lock: JournalLock;
  readonly state: JournalState;
  readonly soFar: RunSoFar | undefined;
  /** Bytes of the file. */
  readonly size: number;
  /** Default {@link LONG}; for tests. */
  readonly long?: number | undefined;
}

/** A journal file that is being written: many records at a time, each time as far as the disk. */
export class JournalWriter implements JournalSession {
  readonly soFar: RunSoFar | undefined;
  readonly #path: string;
  readonly #lock: JournalLock;
  readonly #state: JournalState;
  readonly #long: number;
  #file: FileHandle;
  #size: number;
  #shortened = 0;
  #pending: string[] = [];
  #pendingLength = 0;
  /** What is being written, and what will be next. */
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #failure: StoreError | undefined;

  constructor({ path, file, lock, state, soFar, size, long = LONG }: WriterSettings) {
    this.#path = path;
    this.#file = file;
    this.#lock = lock;
    this.#state = state;
    this.soFar = soFar;
    this.#size = size;
    this.#long = long;
  }

  append(record: FileRecord | JournalRecord): void {
    this.#state.apply(record);
    const line = `${JSON.stringify(record)}\n`;
    this.#pending.push(line);
    this.#pendingLength += line.length;
    // A failure meets the next one that waits.
    if (this.#pendingLength > MOST_PENDING) this.flush().catch(() => undefined);
  }

  /** All that comes in while a write is under way shares the next one. */
  flush(): Promise<void> {
    this.#next ??= this.#current.then(() => this.#write());
    return this.#next;
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#file.close().catch(() => undefined);
      await this.#lock.release();
    }
  }

  #write(): Promise<void> {
    this.#next = undefined;
    const work = this.#commit();
    this.#current = work.catch(() => undefined);
    return work;
  }

  async #commit(): Promise<void> {
    if (this.#failure) throw this.#failure;
    const bytes = Buffer.from(this.#pending.join(''));
    this.#pending = [];
    this.#pendingLength = 0;
    if (bytes.length === 0) return;
    try {
      await this.#file.appendFile(bytes);
      await this.#file.datasync();
      this.#size += bytes.length;
      if (!this.#state.header.audit && this.#size > Math.max(this.#long, 2 * this.#shortened))
        await this.#shorten();
    } catch (error) {
      const reason = systemReason(error);
      const message = `the journal ${this.#path} cannot be written: ${reason}`;
      this.#failure = new StoreError('Unavailable', message, { cause: error, retryable: false });
      // Half a line at its end would be taken for a crash; it is one, if this fails too.
      await this.#file.truncate(this.#size).catch(() => undefined);
      throw this.#failure;
    }
  }

  /**
   * Writes what the lines come to in place of them, and keeps those that undoing needs: of delete markers and of copies. A new file
   * takes the place of the old one at once, or not at all.
   */
  async #shorten(): Promise<void> {
    const path = `${this.#path}.new`;
    const file = await open(path, 'w', 0o600);
    try {
      await file.appendFile(`${JSON.stringify(this.#state.header)}\n`);
      await readJournal(this.#path, async (_record, line) => {
        if (KEPT.test(line.toString('latin1', 0, BEGINNING))) await file.appendFile(line);
      });
      // What waits is a part of what the lines come to.
      const waiting = this.#pending.filter((line) => KEPT.test(line));
      const summary = `${JSON.stringify(this.#state.summary())}\n`;
      this.#pending = [];
      this.#pendingLength = 0;
      await file.appendFile([...waiting, summary].join(''));
      await file.datasync();
      const { size } = await file.stat();
      await rename(path, this.#path);
      await syncDirectory(dirname(this.#path));
      await this.#file.close();
      this.#file = file;
      this.#size = size;
      this.#shortened = size;
    } catch (error) {
      await file.close().catch(() => undefined);
      await unlink(path).catch(() => undefined);
      throw error;
    }
  }
}

/** So that a name survives a crash; where directories cannot be synced, names do by themselves. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r').catch(() => undefined);
  await directory?.sync().catch(() => undefined);
  await directory?.close();
}
