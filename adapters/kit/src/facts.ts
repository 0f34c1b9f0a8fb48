/** A size as a listing or a header gives it, in bytes; undefined when it is none: missing, negative, no whole number. */
export function sizeFact(given: unknown): number | undefined {
  const size = typeof given === 'string' && /^\d+$/.test(given) ? Number(given) : given;
  return typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

/** A time as a listing or a header gives it; undefined when it is none. */
export function timeFact(given: unknown): Date | undefined {
  if (!(given instanceof Date) && typeof given !== 'string') return undefined;
  const time = new Date(given);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
