/** Shares out memory: so many bytes are held at most, or what one holder alone needs. First come, first served. */
export class ByteBudget {
  readonly #bytes: number;
  #held = 0;
  readonly #waiting: { readonly bytes: number; readonly enter: () => void }[] = [];

  constructor(bytes: number) {
    this.#bytes = bytes;
  }

  /** Does something that holds so many bytes, when there is room for them. */
  async with<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length === 0 && this.#hasRoom(bytes)) this.#held += bytes;
    else await new Promise<void>((enter) => this.#waiting.push({ bytes, enter }));
    try {
      return await work();
    } finally {
      this.#held -= bytes;
      this.#letIn();
    }
  }

  #hasRoom(bytes: number): boolean {
    return this.#held === 0 || this.#held + bytes <= this.#bytes;
  }

  #letIn(): void {
    for (;;) {
      const [next] = this.#waiting;
      if (!next || !this.#hasRoom(next.bytes)) return;
      this.#waiting.shift();
      this.#held += next.bytes;
      next.enter();
    }
  }
}
