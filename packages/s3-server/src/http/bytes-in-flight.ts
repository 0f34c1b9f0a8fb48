/** How many bytes of bodies a server holds at once, over all its requests. */
export class BytesInFlight {
  readonly #max: number;
  #held = 0;

  /** @param max most bytes */
  constructor(max: number) {
    this.#max = max;
  }

  /** How many are held now. */
  get held(): number {
    return this.#held;
  }

  /** For one request, which gives back all that it took at its end. */
  lease(): Lease {
    let taken = 0;
    return {
      take: (bytes) => {
        if (this.#held + bytes > this.#max) return false;
        this.#held += bytes;
        taken += bytes;
        return true;
      },
      release: () => {
        this.#held -= taken;
        taken = 0;
      },
    };
  }
}

export interface Lease {
  /** @returns whether there is room for so many bytes more */
  take(bytes: number): boolean;
  /** Gives back what was taken. Calling it again does nothing. */
  release(): void;
}
