import type { OpenIntent } from '@store/journal';

type Intent = OpenIntent['intent'];

interface Revived {
  readonly intent: Intent;
  /** Indexes of what has been seen, and has not been sent again. */
  readonly waiting: Set<number>;
}

/**
 * Keys that an earlier worker may have deleted, and that a listing shows. Its request can still be under way: so their intent
 * stays open in the books until they are in another one. If this worker ends before, and then they are gone, that counts.
 */
export class RevivedKeys {
  readonly #byIntent = new Map<number, Revived>();
  readonly #byTarget = new Map<string, { readonly id: number; readonly index: number }>();

  /** A listing shows these keys of an intent. */
  see(intent: Intent, indexes: readonly number[]): void {
    const { id } = intent;
    const revived = this.#byIntent.get(id) ?? { intent, waiting: new Set() };
    this.#byIntent.set(id, revived);
    for (const index of indexes) {
      revived.waiting.add(index);
      this.#byTarget.set(targetIn(intent, index), { id, index });
    }
  }

  /** These are about to be sent. @returns whether one of them was waiting */
  send(intent: Intent): boolean {
    if (this.#byTarget.size === 0) return false;
    let isOne = false;
    for (const index of intent.keys.keys()) {
      const target = targetIn(intent, index);
      const place = this.#byTarget.get(target);
      if (!place) continue;
      isOne = true;
      this.#byTarget.delete(target);
      const revived = this.#byIntent.get(place.id);
      revived?.waiting.delete(place.index);
      if (revived?.waiting.size === 0) this.#byIntent.delete(place.id);
    }
    return isOne;
  }

  /** Intents as they are in the books: what waits is open. */
  *open(intents: Iterable<OpenIntent>): Generator<OpenIntent> {
    const seen = new Set<number>();
    for (const { intent, closed } of intents) {
      seen.add(intent.id);
      const waiting = this.#byIntent.get(intent.id)?.waiting;
      yield waiting ? { intent, closed: without(closed, waiting) } : { intent, closed };
    }
    for (const { intent, waiting } of this.#byIntent.values()) {
      if (seen.has(intent.id)) continue;
      yield { intent, closed: without(intent.keys.keys(), waiting) };
    }
  }
}

function targetIn({ keys, versions }: Intent, index: number): string {
  return `${versions?.[index] ?? ''}\0${keys[index]}`;
}

function without(all: Iterable<number>, some: ReadonlySet<number>): ReadonlySet<number> {
  return new Set(Array.from(all).filter((one) => !some.has(one)));
}
