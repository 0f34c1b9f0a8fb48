import type { DeletedTarget, DeleteTarget } from '@store/driver';

/** Why a key of a batch was not deleted. */
export interface KeyError extends DeleteTarget {
  readonly code: string;
  readonly message: string;
  /** More of it, for a log. */
  readonly cause?: string | undefined;
}

export interface BatchOutcome {
  readonly deleted: readonly DeletedTarget[];
  readonly failed: readonly KeyError[];
}
