import type { StoreDriver } from '@store/core';
import { aroundCalls } from '@store/wrappers';

/** A driver whose process is killed at one of its requests: before it has acted, or before anybody knows. */
export class MortalDriver {
  readonly driver: StoreDriver;
  /** Resolves when it is killed. */
  readonly killed: Promise<void>;
  /** Keys that listings have named. */
  readonly listed: string[] = [];
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
    this.driver = aroundCalls(inner, async ({ name }, proceed) => {
      await this.#pass();
      if (--this.#left === 0 && this.#random() < 0.5) await this.#die();
      const result = await proceed();
      if (this.#left === 0) await this.#die();
      if (name === 'list.page' || name === 'versions.page') this.#note(result);
      await this.#pass();
      return result;
    });
  }

  #note(result: unknown): void {
    // What pages are, whichever of the two.
    const { objects = [], versions = [] } = result as {
      readonly objects?: readonly { readonly key: string }[];
      readonly versions?: readonly { readonly key: string }[];
    };
    this.listed.push(...[...objects, ...versions].map(({ key }) => key));
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
