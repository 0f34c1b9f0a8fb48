import type { DeletedTarget, DeleteTarget } from '@store/driver';

/** A key on its way through the engine, with what its listing said. */
export interface Candidate extends DeleteTarget {
  /** Bytes; unknown for keys that a caller gave. */
  readonly size?: number | undefined;
  /** As listed; unknown for keys that a caller gave. */
  readonly etag?: string | undefined;
}

/** A key that the service has named as deleted, with what it said about delete markers. */
export type Deleted = Candidate &
  DeletedTarget & {
    /** The candidate that this is about, where it is not the same object. */
    readonly asked?: Candidate | undefined;
  };
