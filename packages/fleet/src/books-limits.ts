/** Failures of a row that are kept by their keys. */
export const MOST_FAILURES = 1000;

/** Warnings of a row that are kept. */
export const MOST_WARNINGS = 50;

/** Errors of a row that are kept. */
export const MOST_ERRORS = 20;

/** A worker that has said nothing for so long is not counted, in milliseconds. */
export const SILENCE_MS = 10_000;

/** How long one piece is being shared, in milliseconds; the next one waits until its share has been taken. */
export const SHARING_MS = 500;

/** How long what keeps the books may be away, in milliseconds, before what waits for it fails. */
export const PATIENCE_MS = 60_000;

/** How long what is known of a run is kept after its end, in seconds. */
export const KEPT_S = 7 * 24 * 3600;

/** Runs that are listed. */
export const MOST_RUNS = 1000;

/** How long it is known which workers cannot deal with a job, in seconds. */
export const UNFIT_S = 3600;
