import type { ObjectStore } from '@store/core';

/** A store that is somebody's until it is given back. */
export interface Lent extends AsyncDisposable {
  readonly store: ObjectStore;
  /** All went well with it: the next one may have it. Else it is closed, since opening it again may mend it. */
  keep(): void;
}

type Open = (address: string) => Promise<ObjectStore>;

/**
 * The stores that a worker has open. Each piece has one for itself, with its own pace, and leaves it to the next one:
 * connections, and what was signed for, are worth keeping.
 */
export class LentStores {
  readonly #open: Open;
  readonly #most: number;
  /** The one that was given back last is the last. */
  #idle: { readonly address: string; readonly store: ObjectStore }[] = [];
  #isClosed = false;

  /** @param most that are kept open while nobody has them */
  constructor(open: Open, most: number) {
    this.#open = open;
    this.#most = most;
  }

  /** @throws what opening it throws */
  async lend(address: string): Promise<Lent> {
    const index = this.#idle.findLastIndex((one) => one.address === address);
    const [kept] = index < 0 ? [] : this.#idle.splice(index, 1);
    const store = kept?.store ?? (await this.#open(address));
    let isKept = false;
    return {
      store,
      keep: () => {
        isKept = true;
      },
      [Symbol.asyncDispose]: () => (isKept ? this.#take(address, store) : store.close()),
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#closeAllBut(0);
  }

  async #take(address: string, store: ObjectStore): Promise<void> {
    this.#idle.push({ address, store });
    await this.#closeAllBut(this.#isClosed ? 0 : this.#most);
  }

  async #closeAllBut(most: number): Promise<void> {
    const over = this.#idle.splice(0, Math.max(0, this.#idle.length - most));
    await Promise.all(over.map(({ store }) => store.close()));
  }
}
