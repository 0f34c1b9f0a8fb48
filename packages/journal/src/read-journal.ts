import { StoreError } from '@store/core';
import { createReadStream } from 'node:fs';
import { readHeader, type JournalHeader } from './header.js';
import { JournalState } from './journal-state.js';
import { readRecord, type FileRecord } from './records.js';

/** A journal as it is on disk. */
export interface ReadJournal {
  readonly header: JournalHeader;
  readonly state: JournalState;
  /** Where the last whole line ends, in bytes; what is behind was being written when a process was killed. */
  readonly size: number;
  /** Bytes behind it. */
  readonly torn: number;
}

/** A line longer than any that is written: what is in one file is no journal. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

/** A line of a journal, and what it comes to with those before it. */
export interface ReadRecord {
  readonly record: FileRecord;
  /** As it stands there. */
  readonly line: Buffer;
  readonly state: JournalState;
}

/**
 * Reads a journal line by line, in memory bounded by what is open in it.
 *
 * @param onRecord told of each record, with its line as it stands there
 * @returns undefined for a file that is empty, or of which not even the first line was written whole
 * @throws StoreError `InvalidArgument` for what is no journal; `Corrupt` for one of which a line in the middle is not readable
 */
export async function readJournal(
  path: string,
  onRecord?: (record: FileRecord, line: Buffer) => void | Promise<void>,
): Promise<ReadJournal | undefined> {
  for (const records = journalRecords(path); ;) {
    const { done, value } = await records.next();
    if (done) return value;
    await onRecord?.(value.record, value.line);
  }
}

/** As {@link readJournal}, one record after the other. */
export async function* journalRecords(
  path: string,
): AsyncGenerator<ReadRecord, ReadJournal | undefined, undefined> {
  let state: JournalState | undefined;
  let size = 0;
  let bad: { readonly number: number; readonly bytes: number } | undefined;
  let number = 0;
  for await (const line of lines(path)) {
    number++;
    // What nobody got to the end of may be followed by nothing that is whole.
    const value = line.whole ? parsed(line.bytes) : undefined;
    if (!state) {
      if (!line.whole && number === 1) return notYet(line.bytes, path);
      state = new JournalState(readHeader(value, path));
      size += line.bytes.length;
      continue;
    }
    const record = value === undefined ? undefined : readRecord(value);
    if (record && bad)
      throw new StoreError('Corrupt', `line ${bad.number} of the journal ${path} is not readable`);
    if (record) {
      state.apply(record);
      size += line.bytes.length;
      yield { record, line: line.bytes, state };
    } else bad = { number: bad?.number ?? number, bytes: (bad?.bytes ?? 0) + line.bytes.length };
  }
  return state && { header: state.header, state, size, torn: bad?.bytes ?? 0 };
}

/** A first line that was not written to its end: nothing has been done yet, if it is the beginning of one. */
function notYet(bytes: Buffer, path: string): undefined {
  const begins = '{"type":"run"';
  const text = bytes.toString('latin1').slice(0, begins.length);
  if (!begins.startsWith(text))
    throw new StoreError('InvalidArgument', `${path} is no journal of a deletion`);
  return undefined;
}

function parsed(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The lines of a file with their ends; the last one may have none. */
async function* lines(path: string): AsyncGenerator<{ readonly bytes: Buffer; readonly whole: boolean }> {
  let rest: Buffer[] = [];
  let length = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, from)) {
      rest.push(chunk.subarray(from, at + 1));
      yield { bytes: Buffer.concat(rest), whole: true };
      rest = [];
      length = 0;
      from = at + 1;
    }
    if (from === chunk.length) continue;
    rest.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > MAX_LINE_BYTES)
      throw new StoreError('InvalidArgument', `${path} is no journal of a deletion: a line has no end`);
  }
  if (rest.length > 0) yield { bytes: Buffer.concat(rest), whole: false };
}
