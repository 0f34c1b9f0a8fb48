import type { Ask, Kind } from './ask.js';
import type { Mode } from './mode.js';
import type { Random } from './random.js';

/** When a mode is at work: on every request of its kinds, on the first few, or by chance. */
export interface Schedule {
  /** Of the kinds that the mode is about, those alone. */
  readonly kinds: readonly Kind[];
  readonly first?: number;
  readonly probability?: number;
}

/** A mode that is at work now and then. */
export class Misbehaviour {
  readonly mode: Mode;
  readonly schedule: Schedule;
  readonly memory = new Map<string, unknown>();
  readonly #random: Random;
  #seen = 0;
  #turns = 0;

  constructor(mode: Mode, schedule: Schedule, random: Random) {
    this.mode = mode;
    this.schedule = schedule;
    this.#random = random;
  }

  /** How often it has been at work. */
  get turns(): number {
    return this.#turns;
  }

  /** Whether it is at work on this request. */
  takes(ask: Ask): boolean {
    const { kinds, first = Infinity, probability = 1 } = this.schedule;
    if (!this.mode.on.some((kind) => kind === ask.kind && kinds.includes(kind))) return false;
    const takes = this.#seen++ < first && this.#random.chance(probability);
    if (takes) this.#turns++;
    return takes;
  }
}
