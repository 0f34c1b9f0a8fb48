import type { ObjectInfo } from '@store/core';
import type { Bucket, Buckets } from './bucket.js';
import type { Account, Refusal } from './face.js';
import type { Answer } from './http/answer.js';
import type { Incoming } from './http/incoming.js';
import type { S3Quirks } from './quirks.js';

/** What answers: the buckets, and how this service differs from others. */
export interface Service {
  readonly buckets: Buckets;
  readonly quirks: S3Quirks;
  readonly region: string;
  /** Most bytes of an object that are held in memory while it is copied; default: any number. */
  readonly maxBufferedBytes?: number | undefined;
  /** What a listing says an object is, where it says so. */
  readonly typeOf?: ((bucket: Bucket, info: ObjectInfo) => string) | undefined;
}

/** What an operation works with: the request after its signature and digests were found right. */
export interface Call extends Service {
  readonly request: Incoming;
  readonly bucketName: string;
  readonly bucket: Bucket;
  readonly key: string;
  /** The body, out of its transfer form. */
  readonly body: Buffer;
  readonly digests: readonly string[];
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
