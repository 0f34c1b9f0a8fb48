import type { Endpoints } from '@store/emulator';
import type { ShapeName } from '../shapes.js';

/** The bucket that is filled, emptied, and looked at. */
export const BUCKET = 'bench';

/** How slow the service is, and what is too fast for it. */
export interface Load {
  /** Of each request, in milliseconds. */
  readonly latencyMs: number;
  /** Each key of a batch adds this. */
  readonly perKeyMs: number;
  /** Deleted keys a second in each partition; default: any number. */
  readonly keysPerSecond?: number | undefined;
  /** Ranges with the same number of keys. Default 1. */
  readonly partitions?: number | undefined;
}

export interface Filling {
  readonly prefixes: readonly string[];
  readonly shape: ShapeName;
  /** Under each prefix. */
  readonly keys: number;
  readonly load: Load;
}

/** Requests as the emulator saw them. */
export interface Requests {
  readonly list: number;
  readonly delete: number;
  /** Of those: refused because of the rate. */
  readonly throttled: number;
  readonly other: number;
  /** Deletes from the eleventh second on, and those of them that were throttled. */
  readonly lateDeletes: number;
  readonly lateThrottled: number;
}

export interface Outcome {
  /** Keys that are still there under the prefixes. */
  readonly left: number;
  /** Keys beside the prefixes that are gone, or new. */
  readonly harmed: number;
  readonly requests: Requests;
  /** Of the emulator, since it was filled. */
  readonly cpuSeconds: number;
}

/** What the server is told. */
export type Command = { readonly do: 'fill'; readonly filling: Filling } | { readonly do: 'look' };

/** What it answers: its endpoints when it is ready, then one answer for each command. */
export type Reply =
  | { readonly ready: Endpoints }
  | { readonly filled: number }
  | { readonly outcome: Outcome }
  | { readonly failed: string };
