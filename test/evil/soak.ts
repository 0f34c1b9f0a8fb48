/**
 * How many times as many runs as usual, by `SOAK`: `1` (set by `npm run test:soak`) stands for twenty, a greater number
 * for itself.
 */
export const SOAK = factor(process.env['SOAK'] ?? '');

function factor(given: string): number {
  const number = Number(given) || 0;
  return number === 1 ? 20 : Math.max(1, number);
}

/** What every day's cases are drawn from: whether a change is good must not hang on the day. */
const EVERY_DAY = 12_345;

/** Of all random choices; `SEED` makes those of a soak come again. */
export const SEED = Number(
  process.env['SEED'] ?? (SOAK > 1 ? Math.floor(Math.random() * 2 ** 31) : EVERY_DAY),
);

/** Of a test, in milliseconds; 0 is none. It only ends what hangs. */
export const TIMEOUT_MS = SOAK > 1 ? 0 : 180_000;
