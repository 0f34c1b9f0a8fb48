import type { Engine } from '@store/engine';

/** A rate of deletes that others share, such as the workers of a fleet. Asked before each delete request of a run. */
export interface SharedRate {
  /** Keys to put into one request now. */
  readonly batchSize: number;
  /** Who shares it now, this process with them: together they begin more gently than one does alone. */
  readonly sharers: number;
  /** How often it has been lowered. */
  readonly epoch: number;
  /** Resolves when so many keys may be sent, and when the signal fires; undefined: now. */
  take(keys: number, stop: AbortSignal): Promise<Leave> | undefined;
  /** The service has taken so many keys. */
  succeeded(keys: number): void;
  /**
   * The service asked for fewer requests: all that is sent to the store is slowed for it, or a range of its keys, which has been
   * before or has not.
   */
  throttled(what: Slowed): void;
}

/** What a throttle slows. */
export type Slowed = 'store' | 'new range' | 'range';

/** To send so many keys. */
export interface Leave {
  /** There was no leave for more: it is this rate that is the limit. */
  readonly isBound: boolean;
  /** They are not sent after all. */
  giveBack(): void;
}

const RATES = new WeakMap<Engine, SharedRate>();

/** From now on, runs on this store ask for leave there too, beside the pace that the store itself is found to take. */
export function shareRate(engine: Engine, rate: SharedRate): void {
  RATES.set(engine, rate);
}

export function sharedRateOf(engine: Engine): SharedRate | undefined {
  return RATES.get(engine);
}
