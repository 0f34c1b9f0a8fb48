/** `SOAK=1`, set by `npm run test:soak`: many more cases. */
const SOAKING = (process.env['SOAK'] ?? '') !== '' && process.env['SOAK'] !== '0';

/** How many cases each property is tried with. */
export function casesOf({ daily, soak }: { readonly daily: number; readonly soak: number }): number {
  return SOAKING ? soak : daily;
}

/** `SEED=… CASE_PATH=…` goes straight to the case that a failure named. */
export function replay(): { readonly path?: string } {
  const { CASE_PATH: path } = process.env;
  return path === undefined ? {} : { path };
}

/** For a mocha suite of so many cases, in milliseconds; 0 is none. Machines differ, so it only ends what hangs. */
export const TIMEOUT_MS = SOAKING ? 0 : 300_000;
