import type { FaultEffect, Refusal } from './faults.js';
import type { Answer } from './http/answer.js';
import type { Incoming } from './http/incoming.js';
import type { LogEntry } from './request-log.js';

/** What a request is about. */
export interface Subject {
  /** As the provider calls it. */
  readonly operation: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  /** The key, or the keys of a batch. */
  readonly keys: readonly string[];
}

/** A request on its way through a face. */
export interface FaceCall {
  readonly request: Incoming;
  readonly subject: Subject;
  readonly entry: LogEntry;
  readonly effects: readonly FaultEffect[];
  /** Why a key may not be deleted. */
  readonly refusalOf: (key: string) => Refusal | undefined;
  /** How many of these writes the rate limit has room for. */
  readonly admit: (keys: readonly string[]) => number;
}

/** As much of a request as could be read when it is refused. */
export type Refused = Pick<Incoming, 'rawPath' | 'headers' | 'query'>;

/** One provider's API over the emulator's buckets: everything that the providers do differently. */
export interface Face {
  readonly name: string;
  /** @throws ServiceError when the request is none of this API */
  identify(request: Incoming): Subject;
  /** Verifies the signature and does the work. @throws ServiceError */
  answer(call: FaceCall): Promise<Answer>;
  /** An error in the provider's format. */
  refuse(error: unknown, request: Refused, requestId: string): Answer;
  /** The headers that every answer carries. */
  idHeaders(requestId: string): Readonly<Record<string, string>>;
}
