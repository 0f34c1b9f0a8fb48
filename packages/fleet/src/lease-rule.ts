import type { Lease, Leased } from './fleet-books.js';

/**
 * As the pace of one process (`Pace` of core): there is no limit until the service asks for one. Then nothing is leased for a
 * moment, and the rate begins again below what the service had been taking, in the first second as if that were all that it
 * takes in one; it grows slowly where it has been seen twice, else faster the longer nothing is refused. What was under way when it was lowered does not lower it
 * again. The script of Redis reckons by the same numbers.
 */
export const LEASE_RULE = {
  /** Growth of a rate that has been seen twice, by seconds since it has come back, and by their square. */
  sure: [0.005, 0.0005],
  /** Of one that has not. */
  unsure: [0.02, 0.01],
  /** Nothing is leased for so long when the service asks for less, in milliseconds. */
  restMs: 200,
  /** It is not lowered below so many keys a second. */
  least: 500,
  /** Of what the service has taken: at first, and after so many milliseconds. */
  begun: 0.7,
  lowered: 0.97,
  recoveryMs: 2000,
  /** Two rates are the same one within this factor. */
  alike: 1.3,
  /** The last seconds tell more than those before these milliseconds. */
  recentMs: 4000,
  /** What was not asked for in time is made up for by so many milliseconds at most. */
  madeUpMs: 20,
  /** A rate that nobody asked for is forgotten after this, in milliseconds. */
  keptMs: 3_600_000,
} as const;

/** A rate as it is kept; times are milliseconds. */
export interface KeptRate {
  /** What it was lowered to; 0: never. */
  readonly good: number;
  readonly loweredAt: number;
  /** When the next key may go. */
  readonly next: number;
  readonly epoch: number;
  /** Since when `taken` has been counted. */
  readonly since: number;
  readonly taken: number;
  readonly sure: boolean;
}

export function freshRate(now: number): KeptRate {
  return { good: 0, loweredAt: 0, next: 0, epoch: 0, since: now, taken: 0, sure: false };
}

/** @param now milliseconds, by the clock of whoever keeps the rate */
export function leaseFrom(
  kept: KeptRate,
  { keys, taken, throttledIn, fixed }: Lease,
  now: number,
): { readonly kept: KeptRate; readonly leased: Leased } {
  const next: { -readonly [Name in keyof KeptRate]: KeptRate[Name] } = { ...kept, taken: kept.taken + taken };
  let rate = fixed ?? grown(next, now);
  if (fixed === undefined) {
    if (throttledIn !== undefined && throttledIn >= next.epoch) {
      next.epoch++;
      next.next = Math.max(next.next, now + LEASE_RULE.restMs);
      const seconds = (now - next.since) / 1000;
      // Services save up about a second's worth. At first that is better than no rate, later too little to tell one.
      if (next.taken > 0 && (seconds >= 1 || next.good === 0)) {
        const seen = next.taken / Math.max(1, seconds);
        const lowered = Math.max(LEASE_RULE.least, LEASE_RULE.lowered * Math.min(seen, rate ?? seen));
        next.sure = lowered < next.good * LEASE_RULE.alike && lowered * LEASE_RULE.alike > next.good;
        Object.assign(next, { good: lowered, loweredAt: now, since: now, taken: 0 });
        rate = grown(next, now);
      }
    } else if (now - next.since > LEASE_RULE.recentMs) {
      next.taken /= 2;
      next.since = now - (now - next.since) / 2;
    }
  }
  let waitMs = 0;
  if (rate !== undefined) {
    next.next = Math.max(next.next, now - LEASE_RULE.madeUpMs);
    waitMs = Math.max(0, next.next - now);
    next.next += (keys / rate) * 1000;
  }
  return { kept: next, leased: { waitMs, rate, epoch: next.epoch } };
}

/** What the rate has become since it was lowered. */
function grown({ good, loweredAt, sure }: KeptRate, now: number): number | undefined {
  if (good === 0) return undefined;
  const seconds = (now - loweredAt - LEASE_RULE.recoveryMs) / 1000;
  if (seconds < 0)
    return good * (1 + (1 - LEASE_RULE.begun) * ((seconds * 1000) / LEASE_RULE.recoveryMs) ** 3);
  const [linear, square] = sure ? LEASE_RULE.sure : LEASE_RULE.unsure;
  return good * (1 + linear * seconds + square * seconds * seconds);
}
