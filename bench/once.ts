/** Numbers that stand together in memory while only some of them have come. */
const BLOCK = 1000;

/** Which of very many numbers have come. Keeps a byte for each block that is complete, and more only for those that are not. */
export class Once {
  readonly #total: number;
  readonly #complete: Uint8Array;
  readonly #open = new Map<number, { readonly seen: Uint8Array; count: number }>();
  #count = 0;

  /** @param total how many numbers there are, from 0 */
  constructor(total: number) {
    this.#total = total;
    this.#complete = new Uint8Array(Math.ceil(total / BLOCK));
  }

  /** Different numbers that have come. */
  get count(): number {
    return this.#count;
  }

  /** False for one that has come before, and for one that there is not. */
  add(number: number): boolean {
    if (!(number >= 0 && number < this.#total)) return false;
    const block = Math.floor(number / BLOCK);
    if (this.#complete[block] === 1) return false;
    let open = this.#open.get(block);
    if (!open) {
      open = { seen: new Uint8Array(BLOCK), count: 0 };
      this.#open.set(block, open);
    }
    const at = number % BLOCK;
    if (open.seen[at] === 1) return false;
    open.seen[at] = 1;
    open.count++;
    this.#count++;
    if (open.count === BLOCK) {
      this.#open.delete(block);
      this.#complete[block] = 1;
    }
    return true;
  }
}
