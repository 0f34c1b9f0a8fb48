/** A size as a listing or a header gives it, in bytes; undefined when it is none: missing, negative, no whole number. */
export function sizeFact(given: unknown): number | undefined {
  const size = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given;
  return typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

/** As listings write it (ISO 8601, RFC 3339), and as headers do (RFC 9110, 5.6.7). */
const TIME =
  /^(?:\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT)$/;

/**
 * A time as a listing or a header gives it; undefined when it is none. Nothing is guessed: to `Date` the text "version 5"
 * is a day of the year 2001, and what was last modified then is old enough to be deleted.
 */
export function timeFact(given: unknown): Date | undefined {
  if (!(given instanceof Date) && !(typeof given === 'string' && TIME.test(given))) return undefined;
  const time = new Date(given);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
