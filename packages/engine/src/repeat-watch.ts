/** Names that are remembered at most. */
const CAPACITY = 4096;

/** So many more repeats than different names have been seen when a listing goes round in circles. */
const TOLERATED_REPEATS = 100;

/**
 * Notices names that come again, however many there are, with memory for a few thousand.
 *
 * It remembers all names while they are few, and then a sample of them, which names enter by their hash: one that
 * comes again is in it again. The memory begins anew after 2ⁿ names (Brent's idea), so that a circle is found too that
 * a listing gets into after a long way. So any finite set of names that is given again and again is noticed.
 */
export class RepeatWatch {
  readonly #seed = Math.floor(Math.random() * 2 ** 32);
  readonly #seen = new Set<number>();
  /** Of a hash, the bits that have to be 0 for it to be remembered. */
  #mask = 0;
  #steps = 0;
  #span = CAPACITY;
  #repeats = 0;

  /** Whether the name is known to have been seen. */
  has(name: string): boolean {
    return this.#seen.has(hashOf(name, this.#seed));
  }

  /** Takes a name in; true when it is known to have been seen before. */
  add(name: string): boolean {
    if (this.#steps === this.#span) this.#beginAnew();
    this.#steps++;
    const hash = hashOf(name, this.#seed);
    if ((hash & this.#mask) !== 0) return false;
    if (this.#seen.has(hash)) {
      this.#repeats++;
      return true;
    }
    this.#seen.add(hash);
    if (this.#seen.size > CAPACITY) this.#thinOut();
    return false;
  }

  /** Names come again so often that no honest listing of a store in use explains it. */
  get circles(): boolean {
    return this.#repeats > this.#seen.size + TOLERATED_REPEATS;
  }

  #beginAnew(): void {
    this.#seen.clear();
    this.#mask = 0;
    this.#repeats = 0;
    this.#steps = 0;
    this.#span *= 2;
  }

  #thinOut(): void {
    this.#mask = this.#mask * 2 + 1;
    this.#repeats /= 2;
    for (const hash of this.#seen) if ((hash & this.#mask) !== 0) this.#seen.delete(hash);
  }
}

/** 53 bits in two halves (FNV-1a, and the end of MurmurHash3), so that two names of one run hardly ever share one. */
function hashOf(name: string, seed: number): number {
  let low = seed ^ 0x811c9dc5;
  let high = seed ^ 0x5bd1e995;
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b) + 0x1b873593;
  }
  return (mixed(high) >>> 11) * 2 ** 32 + (mixed(low) >>> 0);
}

function mixed(hash: number): number {
  let mix = hash;
  mix = Math.imul(mix ^ (mix >>> 16), 0x85ebca6b);
  mix = Math.imul(mix ^ (mix >>> 13), 0xc2b2ae35);
  return mix ^ (mix >>> 16);
}
