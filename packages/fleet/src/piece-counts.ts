/** What has been counted in a piece, or in all pieces of a row. */
export const COUNTS = [
  'deleted',
  'filtered',
  'failed',
  'blocked',
  'bytes',
  'markers',
  'lists',
  'deletes',
  'retried',
  'throttled',
] as const;

export type PieceCounts = Readonly<Record<(typeof COUNTS)[number], number>>;
