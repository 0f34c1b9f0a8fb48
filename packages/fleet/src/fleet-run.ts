/** One of the prefixes that a run deletes. */
export interface FleetRow {
  /** How its store is called by all workers: `NAME:prefix/`. It must have no secrets. */
  readonly address: string;
  readonly prefix: string;
  readonly provider: string;
  /** See `StoreDriver.place`: a worker that means another one by that name is refused. */
  readonly place: string;
}

/** What a run of a fleet is, as plain data. */
export interface FleetRun {
  readonly id: string;
  /** Milliseconds since the epoch: filters by age reckon from it, on every worker. */
  readonly startedAt: number;
  readonly rows: readonly FleetRow[];
  /** What of `FleetOptions` `deletePrefix` takes; dates are texts. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Most keys that one job deals with before it gives others their turn. */
  readonly keysPerJob: number;
  /** Of all workers together; undefined: no limit but the service's own. */
  readonly maxKeysPerSecond?: number | undefined;
  /** Of all workers together: the run stops when more keys than this have failed. */
  readonly maxFailures?: number | undefined;
}

/** What somebody wants of a run. */
export type FleetCommand = 'go' | 'pause' | 'stop';

/** One of the prefixes of a run. */
export interface RowId {
  readonly run: string;
  /** Its place among the rows of the run. */
  readonly row: number;
}

/** A part of a prefix: some ranges of its keys, which one worker deals with at a time. */
export interface PieceId extends RowId {
  readonly piece: number;
}
