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

/** Digits that make a safe integer, however they go on. */
const SAFE_DIGITS = 15;

/** The size that plain digits are; undefined where {@link sizeFact} has to look. */
export function plainSize(bytes: Uint8Array, from: number, to: number): number | undefined {
  return to > from && to - from <= SAFE_DIGITS ? digits(bytes, from, to) : undefined;
}

/** Where `2026-01-02T03:04:05` has its signs, and what it has there. */
const MINUS = 0x2d;
const COLON = 0x3a;
const POINT = 0x2e;
const T = 0x54;
const Z = 0x5a;

/** The time in the form of most listings, `2026-01-02T03:04:05(.678)Z`; undefined where {@link timeFact} has to look. */
export function plainTime(bytes: Uint8Array, from: number, to: number): Date | undefined {
  const length = to - from;
  if (length !== 20 && length !== 24) return undefined;
  const right =
    bytes[from + 4] === MINUS &&
    bytes[from + 7] === MINUS &&
    bytes[from + 10] === T &&
    bytes[from + 13] === COLON &&
    bytes[from + 16] === COLON &&
    (length === 20 || bytes[from + 19] === POINT) &&
    bytes[to - 1] === Z;
  if (!right) return undefined;
  const year = digits(bytes, from, from + 4);
  const month = digits(bytes, from + 5, from + 7);
  const day = digits(bytes, from + 8, from + 10);
  const hour = digits(bytes, from + 11, from + 13);
  const minute = digits(bytes, from + 14, from + 16);
  const second = digits(bytes, from + 17, from + 19);
  const ms = length === 20 ? 0 : digits(bytes, from + 20, from + 23);
  // To `Date.UTC` years below 100 are of another century, and everything that is too large goes on.
  if (!year || !month || !day || hour === undefined || minute === undefined) return undefined;
  if (second === undefined || ms === undefined) return undefined;
  if (year < 100 || month > 12 || day > 31 || hour > 23 || minute > 59 || second > 59) return undefined;
  const time = new Date(Date.UTC(year, month - 1, day, hour, minute, second, ms));
  return time.getUTCDate() === day ? time : undefined;
}

function digits(bytes: Uint8Array, from: number, to: number): number | undefined {
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = (bytes[i] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}
