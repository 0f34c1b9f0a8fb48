import type { ObjectInfo } from '@store/driver';
import type { Bucket, Buckets } from './bucket.js';
import type { Content } from './content.js';
import type { Account, Refusal } from './face.js';
import type { Lease } from './http/bytes-in-flight.js';
import type { Answer } from './http/answer.js';
import type { Incoming } from './http/incoming.js';
import type { S3Quirks } from './quirks.js';
import type { CompletedUpload, RecentCompletions } from './recent-completions.js';
import type { UploadNotes } from './upload-notes.js';

/** What answers: the buckets, and how this service differs from others. */
export interface Service {
  readonly buckets: Buckets;
  readonly quirks: S3Quirks;
  readonly region: string;
  /** How much of one object is held in memory while it is written; default: all of it. */
  readonly buffering?: Buffering | undefined;
  /** What is noted of uploads in parts; without it their checksums are not known. */
  readonly notes?: UploadNotes | undefined;
  /** How uploads ended, where that is told again. */
  readonly completions?: RecentCompletions<CompletedUpload> | undefined;
  /** What a listing says an object is, where it says so. */
  readonly typeOf?: ((bucket: Bucket, info: ObjectInfo) => string) | undefined;
}

/** Limits in bytes for what goes to stores that take no streams. */
export interface Buffering {
  /** Larger objects are sent in parts of this size. */
  readonly objectBytes: number;
  /** Larger parts are refused. */
  readonly partBytes: number;
}

/** What an operation works with: the request after its signature and digests were found right. */
export interface Call extends Service {
  readonly request: Incoming;
  readonly bucketName: string;
  readonly bucket: Bucket;
  readonly key: string;
  /** The body, out of its transfer form; empty while {@link content} is on its way. */
  readonly body: Buffer;
  /** The same as the bytes of an object or a part. */
  readonly content: Content;
  /** Where bytes in memory are counted. */
  readonly room: Lease | undefined;
  readonly digests: ReadonlyMap<string, string>;
  /** The request's line in the log, to be completed. */
  readonly entry: Account;
  /** Why a key may not be deleted. */
  readonly refusalOf: (key: string) => Refusal | undefined;
  /** How many of these writes the rate limit has room for. */
  readonly admit: (keys: readonly string[]) => number;
  /** Ends what is asked of the store. */
  readonly signal: AbortSignal | undefined;
}

export type Operation = (call: Call) => Promise<Answer>;
