import type { Endpoints } from '@store/emulator';

/** Where a contestant works, and on what. */
export interface Target {
  readonly endpoints: Endpoints;
  /** The bucket, or the directory of a store in files. */
  readonly bucket: string;
  /** Each ends in `/`. Most contestants work on the first, those that do several things at once on all. */
  readonly prefixes: readonly string[];
  /** Another checkout of this project, for the contestant that is what it was. */
  readonly against?: string | undefined;
  readonly transfer?: Transfer | undefined;
}

/** Between a directory and the first prefix. */
export interface Transfer {
  readonly direction: 'up' | 'down';
  readonly directory: string;
  /** Files on their way at the same time. */
  readonly concurrency: number;
}

/** What a process took that is not the contestant's own. */
export interface Usage {
  readonly cpuSeconds: number;
  /** Peak of the resident memory, in bytes. */
  readonly peakRss: number;
}

/** What a run has to say of itself. */
export interface RunNote {
  readonly usage?: Usage | undefined;
  /** How many keys it listed, where it deletes nothing. */
  readonly listed?: number | undefined;
  /** Size of the journal that it left. */
  readonly journalBytes?: number | undefined;
}

/** The work, which is measured. Rejects when it cannot be done. */
export type Run = () => Promise<RunNote | undefined>;

/** Loads what is needed and makes a client; sends nothing. @throws NotHere */
export type Prepare = (target: Target) => Promise<Run>;

/** This contestant cannot take part here. */
export class NotHere extends Error {}

/** The emulator's own. */
export const CREDENTIALS = { accessKeyId: 'AK', secretAccessKey: 'SK' };
export const REGION = 'us-east-1';

export function s3Endpoint({ endpoints }: Target): string {
  if (endpoints.s3 === undefined) throw new NotHere('the server has no S3 face');
  return endpoints.s3;
}

export function firstPrefix({ prefixes: [prefix] }: Target): string {
  if (prefix === undefined) throw new NotHere('there is no prefix');
  return prefix;
}
