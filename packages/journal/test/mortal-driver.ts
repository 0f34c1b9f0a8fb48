import type { StoreDriver } from '@store/core';
import { aroundCalls } from '@store/wrappers';

/** A driver whose process is killed at one of its requests: before it has acted, or before anybody knows. */
export class MortalDriver {
  readonly driver: StoreDriver;
  /** Resolves when it is killed. */
  readonly killed: Promise<void>;
  /** Where listings have begun, but for those that go on from page to page. */
  readonly begins: string[] = [];
  #left: number;
  #isDead = false;
  #kill: () => void = () => undefined;
  readonly #random: () => number;
  readonly #onKill: () => void;

  /**
   * @param requests after so many it is killed; Infinity: never
   * @param onKill called at that very moment
   */
  constructor(inner: StoreDriver, requests: number, random: () => number, onKill: () => void) {
    this.#left = requests;
    this.#random = random;
    this.#onKill = onKill;
    this.killed = new Promise((resolve) => {
      this.#kill = resolve;
    });
    this.driver = aroundCalls(inner, async ({ name, request }, proceed) => {
      if (name === 'list.page' || name === 'versions.page') this.#note(request);
      await this.#pass();
      if (--this.#left === 0 && this.#random() < 0.5) await this.#die();
      const result = await proceed();
      if (this.#left === 0) await this.#die();
      await this.#pass();
      return result;
    });
  }

  #note(request: unknown): void {
    // What listings ask for, whichever of the two.
    const { startAfter = '', token, delimiter } = request as Partial<Record<string, string>>;
    // Who asks for directories looks for a place to split at.
    if (token === undefined && delimiter === undefined) this.begins.push(startAfter);
  }

  /** Requests overtake each other. The dead do nothing any more. */
  async #pass(): Promise<void> {
    for (let turns = Math.floor(this.#random() * 4); turns > 0; turns--)
      await new Promise((resolve) => setImmediate(resolve));
    if (this.#isDead) await new Promise<never>(() => undefined);
  }

  async #die(): Promise<never> {
    if (!this.#isDead) {
      this.#isDead = true;
      this.#onKill();
      this.#kill();
    }
    return new Promise<never>(() => undefined);
  }
}
