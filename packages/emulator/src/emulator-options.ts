import type { Credential, S3Quirks, Versioning } from '@store/s3-server';
import type { FaultPlan } from './faults.js';
import type { Latency, RateLimit } from './load-model.js';
import type { LogEntry } from './request-log.js';
import type { ZosQuirks } from './zos/quirks.js';

/** One of the APIs, on a port of its own. */
export interface FaceOptions {
  readonly port?: number | undefined;
  readonly quirks?: S3Quirks | undefined;
}

export interface OssFaceOptions extends FaceOptions {
  /** How long a batch-operation job waits to be confirmed, in milliseconds; default 14 days. */
  readonly jobConfirmationMs?: number | undefined;
}

export interface ZosFaceOptions {
  readonly port?: number | undefined;
  readonly quirks?: ZosQuirks | undefined;
  /** Default: one that is made up. */
  readonly regionId?: string | undefined;
}

export interface EmulatorOptions {
  /** The S3 API; ports are 0 (the default) for any free one. */
  readonly s3?: FaceOptions | undefined;
  /** Alibaba Cloud OSS's own API. */
  readonly oss?: OssFaceOptions | undefined;
  /** OSS's S3-compatible face: SigV4, Content-MD5 demanded with batches, no checksum trailers. */
  readonly ossS3?: FaceOptions | undefined;
  /** CTYUN ZOS's JSON API. */
  readonly zos?: ZosFaceOptions | undefined;
  /** The S3 data plane of ZOS, with keys of its own (`dataCredential`). */
  readonly zosS3?: FaceOptions | undefined;
  /** CTYUN OOS. */
  readonly oos?: FaceOptions | undefined;
  /** Default: one, `AK` and `SK`. */
  readonly credentials?: readonly Credential[] | undefined;
  /** Default `us-east-1`. */
  readonly region?: string | undefined;
  /** Buckets that are there from the start. */
  readonly buckets?:
    readonly (string | { readonly name: string; readonly versioning: Versioning })[] | undefined;
  readonly latency?: Latency | undefined;
  readonly rate?: RateLimit | undefined;
  readonly faults?: FaultPlan | undefined;
  /** How far the server's clock is ahead of this machine's, in milliseconds. */
  readonly clockOffsetMs?: number | undefined;
  /** Called with each line of the request log. */
  readonly onRequest?: ((entry: LogEntry) => void) | undefined;
  /** Default 127.0.0.1. The emulator is not made for other networks than this machine. */
  readonly host?: string | undefined;
}
