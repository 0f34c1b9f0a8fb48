import type { PieceId, RowId } from './fleet-run.js';

/** What a job is about: a row, which waits for its pieces, or one of these. */
export type FleetJob = RowId | PieceJob;

export interface PieceJob extends PieceId {
  /** The job that waits for it. */
  readonly rowJob: string;
}
