import prettyBytes from 'pretty-bytes';

const NUMBER = new Intl.NumberFormat('en-US');

/** `12,345` */
export function formatCount(count: number): string {
  return NUMBER.format(count);
}

/** `1 object`, `12,345 objects` */
export function formatObjects(count: number): string {
  return `${formatCount(count)} object${count === 1 ? '' : 's'}`;
}

/** `1.2 MiB` */
export function formatBytes(bytes: number): string {
  return prettyBytes(bytes, { binary: true });
}

/** `850 ms`, `2.5 s`, `3 min 05 s`, `2 h 07 min` */
export function formatDuration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const pad = (n: number): string => String(n).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}

/** Keys a second, for runs long enough that it means something. */
export function formatRate(count: number, ms: number): string {
  return `${formatCount(Math.round((count / Math.max(ms, 1)) * 1000))} keys/s`;
}

/** `USD 12.35`, `CNY 0.0041`, `USD 0` */
export function formatCost({
  amount,
  currency,
}: {
  readonly amount: number;
  readonly currency: string;
}): string {
  const digits = amount >= 1 ? { maximumFractionDigits: 2 } : { maximumSignificantDigits: 2 };
  return `${currency} ${amount.toLocaleString('en-US', digits)}`;
}
