import type { Buckets } from './bucket.js';
import type { Answer, WholeAnswer } from './http/answer.js';
import type { Lease } from './http/bytes-in-flight.js';
import type { Incoming } from './http/incoming.js';

/** What a request is about. */
export interface Subject {
  /** As the provider calls it. */
  readonly operation: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  /** The key, or the keys of a batch. */
  readonly keys: readonly string[];
}

/** Why a key or a request is refused. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly status: number;
}

/** What a request did, for a log. Filled in while it is carried out. */
export interface Account {
  /** The headers that the signature covers. */
  signedHeaders?: readonly string[] | undefined;
  /** Keys that a batch delete named. */
  keys?: number | undefined;
  /** Keys that this request really deleted, or marked as deleted. */
  deleted?: number | undefined;
  /** Keys of a batch that the answer refuses. */
  refused?: number | undefined;
  /** Why the store failed, or refused the first of these keys, where the client is not told: it may name paths and hosts. */
  cause?: string | undefined;
  /** What the listing leaves out, because no request can name it: for people, not as keys. */
  unnameable?: readonly string[] | undefined;
}

/** A request on its way through a face. */
export interface FaceCall {
  /** Its body is empty while it is {@link arriving}. */
  readonly request: Incoming;
  /** The body of an object or a part that is still on its way, as it comes. */
  readonly arriving?: AsyncIterable<Buffer> | undefined;
  /** Where bytes in memory are counted; default: nowhere. */
  readonly room?: Lease | undefined;
  readonly subject: Subject;
  readonly entry: Account;
  /** What the sender sees; default: all buckets. */
  readonly buckets?: Buckets | undefined;
  /** Why a key may not be deleted. */
  readonly refusalOf: (key: string) => Refusal | undefined;
  /** How many of these writes there is room for. */
  readonly admit: (keys: readonly string[]) => number;
  /** Ends what is asked of the store. */
  readonly signal?: AbortSignal | undefined;
}

/** As much of a request as could be read when it is refused. */
export type Refused = Pick<Incoming, 'rawPath' | 'headers' | 'query'>;

/** One provider's API over buckets: everything that the providers do differently. */
export interface Face {
  readonly name: string;
  /** @throws ServiceError when the request is none of this API */
  identify(request: Incoming): Subject;
  /** Verifies the signature and does the work. @throws ServiceError */
  answer(call: FaceCall): Promise<Answer>;
  /** An error in the provider's format. */
  refuse(error: unknown, request: Refused, requestId: string): WholeAnswer;
  /** The headers that every answer carries. */
  idHeaders(requestId: string): Readonly<Record<string, string>>;
}
