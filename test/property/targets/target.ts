import type { ObjectStore } from '@store/core';
import type { Versioning } from '../bucket-model.js';
import type { Ground } from '../histories.js';

/** A kind of store to be tried, with all that it runs on. */
export interface Target {
  readonly name: string;
  readonly maxKeyBytes: number;
  /** Whether it takes such a key; default: all. */
  readonly takes?: (key: string) => boolean;
  /** Its buckets can have versions. */
  readonly versioned: boolean;
  /** It can be told to refuse keys, and to be out of sorts. */
  readonly troubles: boolean;
  /** Its answers tell when a delete has put a delete marker on top: those of some services, or to some requests, do not. */
  readonly tellsMarkers: boolean;
  /** What it lists tells the order of versions by their times alone, in whole seconds. */
  readonly ordersByTime?: boolean;
  /** Starts it, once for all cases. */
  open(): Promise<Service>;
}

export interface Service {
  /** An empty bucket. Only one is used at a time. */
  area(setting: AreaSetting): Promise<Area>;
  close(): Promise<void>;
}

export interface AreaSetting {
  readonly versioning: Versioning;
  /** Most entries of one page of a listing; services may give fewer than they are asked for. */
  readonly pageSize: number;
  /** Objects get there by the store under test; else behind its back. */
  readonly throughStore: boolean;
}

export interface Area {
  readonly store: ObjectStore;
  readonly ground: Ground;
  /** Begins to refuse deletes of these keys, and (with a seed) to fail now and then in ways that pass. */
  trouble(held: readonly string[], seed: number | undefined): void;
  close(): Promise<void>;
}

/** Listings are split as often as they can be: after each page, for what seems to be one page more. */
export const OFTEN = { serialPages: 1, pagesLeft: 1, pageMs: 0 };

/** Waits between attempts are short: the servers are on this machine. */
export const RETRY = { maxAttempts: 12, baseDelayMs: 1, maxDelayMs: 4 };
