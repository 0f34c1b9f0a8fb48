import type { Lease, Leased } from './fleet-books.js';

/**
 * As the pace of one process (`Pace` of `@store/deletion`): there is no limit until the service asks for one. Then nothing is leased for a
 * moment, and the rate begins again below what the service had been taking, in the first second as if that were all that it
 * takes in one; it grows slowly where it has been seen twice, else faster the longer nothing is refused. What was under way when it was lowered does not lower it
 * again. The script of Redis reckons by the same numbers.
 */
export const LEASE_RULE = {
  /**
   * Growth of a rate, by seconds since it has come back, and by their square: of one that has been seen twice, of one that has
   * not, and of one that was guessed from what the service took in less than a second.
   */
  growth: { sure: [0.005, 0.0005], unsure: [0.02, 0.01], guessed: [0.05, 0.03] },
  /** Nothing is leased for so long when the service asks for less, in milliseconds. */
  restMs: 200,
  /** It is not lowered below so many keys a second. */
  least: 500,
  /** Of what the service has taken: at first, and after so many milliseconds. */
  begun: 0.7,
  lowered: 0.97,
  recoveryMs: 2000,
  /**
   * A service is young that has taken no more keys yet. So many hot ranges of whichever workers are the store then, when there
   * were so many more throttles in them than good answers, of which each counts as several.
   */
  young: { keys: 10_000, hot: 2, excess: 3, good: 2 },
  /** Two rates are the same one within this factor. */
  alike: 1.3,
  /** Services save up what they take in about so many seconds. */
  savedS: 1,
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
  /** Of all that it has taken, as much as makes it no longer young. */
  readonly ever: number;
  readonly known: keyof typeof LEASE_RULE.growth;
  /** While it is young: ranges that have become hot, and throttles beyond what good answers are held against. */
  readonly hot: number;
  readonly excess: number;
}

export function freshRate(now: number): KeptRate {
  return {
    good: 0,
    loweredAt: 0,
    next: 0,
    epoch: 0,
    since: now,
    taken: 0,
    ever: 0,
    known: 'guessed',
    hot: 0,
    excess: 0,
  };
}

/** @param now milliseconds, by the clock of whoever keeps the rate */
export function leaseFrom(
  kept: KeptRate,
  { keys, taken, throttledIn, fixed, hot = 0, refused = 0, good = 0 }: Lease,
  now: number,
): { readonly kept: KeptRate; readonly leased: Leased } {
  const next: { -readonly [Name in keyof KeptRate]: KeptRate[Name] } = {
    ...kept,
    taken: kept.taken + taken,
    ever: Math.min(LEASE_RULE.young.keys, kept.ever + taken),
  };
  let rate = fixed ?? grown(next, now);
  if (fixed === undefined) {
    const isFirst = next.good === 0;
    if (!isFirst && next.known === 'guessed' && next.since < next.loweredAt) {
      // What is told while nothing is leased for the first time had been taken before.
      if (now - next.loweredAt < LEASE_RULE.restMs) next.good = guessFrom(next, next.loweredAt);
      else Object.assign(next, { since: next.loweredAt, taken });
      rate = grown(next, now);
    }
    const { young } = LEASE_RULE;
    if (isYoung(next)) {
      next.hot += hot;
      next.excess = Math.max(0, next.excess + refused - young.good * good);
    }
    const isStore = next.hot >= young.hot && next.excess >= young.excess;
    if ((throttledIn !== undefined && throttledIn >= next.epoch) || isStore) {
      Object.assign(next, { hot: 0, excess: 0 });
      next.epoch++;
      next.next = Math.max(next.next, now + LEASE_RULE.restMs);
      const seconds = (now - next.since) / 1000;
      // Later a second is too little to tell a rate; at first any is better than none.
      if (next.taken > 0 && isFirst) {
        const isGuess = seconds < LEASE_RULE.savedS;
        Object.assign(next, {
          good: guessFrom(next, now),
          loweredAt: now,
          known: isGuess ? 'guessed' : 'unsure',
        });
        if (!isGuess) Object.assign(next, { since: now, taken: 0 });
        rate = grown(next, now);
      } else if (next.taken > 0 && seconds >= 1) {
        const seen = Math.min(next.taken / seconds, rate ?? Infinity);
        const lowered = Math.max(LEASE_RULE.least, LEASE_RULE.lowered * seen);
        const isAlike = lowered < next.good * LEASE_RULE.alike && lowered * LEASE_RULE.alike > next.good;
        const known = isAlike ? 'sure' : 'unsure';
        Object.assign(next, { good: lowered, loweredAt: now, known, since: now, taken: 0 });
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
  return { kept: next, leased: { waitMs, rate, epoch: next.epoch, isYoung: isYoung(next) } };
}

function isYoung({ good, ever }: KeptRate): boolean {
  return good === 0 && ever < LEASE_RULE.young.keys;
}

/** A first rate, where the service has taken what it had saved up, too. */
function guessFrom({ taken, since }: KeptRate, until: number): number {
  return Math.max(
    LEASE_RULE.least,
    (LEASE_RULE.lowered * taken) / (LEASE_RULE.savedS + (until - since) / 1000),
  );
}

/** What the rate has become since it was lowered. */
function grown({ good, loweredAt, known }: KeptRate, now: number): number | undefined {
  if (good === 0) return undefined;
  const seconds = (now - loweredAt - LEASE_RULE.recoveryMs) / 1000;
  if (seconds < 0)
    return good * (1 + (1 - LEASE_RULE.begun) * ((seconds * 1000) / LEASE_RULE.recoveryMs) ** 3);
  const [linear, square] = LEASE_RULE.growth[known];
  return good * (1 + linear * seconds + square * seconds * seconds);
}
