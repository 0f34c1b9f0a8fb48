import type { Ask, Marker } from './ask.js';
import { percentDecoded, percentEncoded } from './request-target.js';
import type { ByteKey, Target } from './truth.js';

/** A value as it is written: the text of an element, or a JSON value. */
export interface Written {
  readonly xml: string;
  readonly json: string;
}

/** The same in both. */
export function plain(text: string): Written {
  return { xml: text, json: text };
}

/** A text, which JSON has in quotes. */
export function quoted(text: string): Written {
  return { xml: text, json: JSON.stringify(text) };
}

/** An object, a version, a delete marker or a deleted object on a page. Absent is what is undefined. */
export interface Entry {
  key: ByteKey | undefined;
  /** Stands in the document in place of the key; a character for each byte. */
  text?: string;
  marker: boolean;
  versionId?: string | undefined;
  isLatest?: Written | undefined;
  size?: Written | undefined;
  modified?: Written | undefined;
  /** Of a deleted object: the marker that was put on top. */
  markerId?: string | undefined;
  /** Written behind all else. */
  extra?: Written | undefined;
}

/** A key in the answer to a delete. */
export interface Outcome {
  key: ByteKey | undefined;
  /** Stands in the document in place of the key. */
  text?: string;
  /** The key that a reader takes this text for. */
  reads?: ByteKey;
  versionId?: string | undefined;
  markerId?: string | undefined;
  /** Of a refusal. */
  code?: string | undefined;
}

export interface Page {
  readonly kind: 'page';
  readonly ask: Extract<Ask, { readonly kind: 'list' | 'versions' | 'deletePrefix' }>;
  entries: Entry[];
  /** Of a delete by prefix: what it could not delete. */
  failed: Outcome[];
  /** As often as it is written. */
  truncated: Written[];
  next?: Marker | undefined;
  /** The next marker is the last key, and is not written. */
  nextIsImplied: boolean;
  /** Keys are percent-encoded. */
  encoded: boolean;
  /** The `EncodingType` that the answer names. */
  encodingType: string | undefined;
}

export interface Batch {
  readonly kind: 'batch';
  readonly ask: Extract<Ask, { readonly kind: 'deleteBatch' }>;
  deleted: Outcome[];
  failed: Outcome[];
}

export interface Single {
  readonly kind: 'single';
  readonly ask: Extract<Ask, { readonly kind: 'deleteOne' }>;
  markerId?: string | undefined;
  /** The code of a refusal. */
  code?: string | undefined;
}

/** What the server is about to say. Modes change it. */
export type Answer = Page | Batch | Single | { readonly kind: 'unknown' };

/** The keys of a page as a reader has to take them who believes what it says of its encoding. */
export function namedBy({ entries, encoded, encodingType }: Page, space: '+' | '%20'): ByteKey[] {
  const isRead = encodingType === 'url';
  return entries.flatMap(({ key, text }) => {
    if (key === undefined || text !== undefined) return [];
    if (encoded === isRead) return [key];
    return [
      encoded ? percentEncoded(key, space) : percentDecoded(space === '+' ? key.replaceAll('+', ' ') : key),
    ];
  });
}

/** What an answer says in clear words was deleted, or is not there. */
export function clearlyGone(answer: Answer): Target[] {
  switch (answer.kind) {
    case 'page': {
      if (answer.ask.kind !== 'deletePrefix') return [];
      return answer.entries.flatMap(({ key, text }) =>
        key === undefined || text !== undefined ? [] : { key },
      );
    }
    case 'batch':
      return clearlyDeleted(answer);
    case 'single':
      return answer.code === undefined ? [answer.ask.target] : [];
    case 'unknown':
      return [];
  }
}

function clearlyDeleted({ ask, deleted, failed }: Batch): Target[] {
  const nameOf = ({ key, versionId }: Target): string => JSON.stringify([key, versionId ?? null]);
  const named = (outcome: Outcome): string | undefined => {
    const key = outcome.text === undefined ? outcome.key : outcome.reads;
    return key === undefined ? undefined : nameOf({ key, versionId: outcome.versionId });
  };
  const missing = failed.filter(({ code }) => code !== undefined && MISSING.has(code)).map(named);
  const refused = new Set(failed.filter(({ code }) => code === undefined || !MISSING.has(code)).map(named));
  const gone = new Set([...deleted.map(named), ...missing]);
  const asked = new Set(ask.targets.map(nameOf));
  // Silence of a quiet answer: all of what it says has to be about what was asked for.
  const silent = ask.quiet && deleted.length === 0 && failed.every((one) => asked.has(named(one) ?? ''));
  return ask.targets.filter((target) => {
    const name = nameOf(target);
    return !refused.has(name) && (silent || gone.has(name));
  });
}

const MISSING: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchVersion', 'NotFound']);
