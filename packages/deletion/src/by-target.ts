import type { DeleteTarget } from '@store/driver';

/** A map whose keys are targets: two are the same when key and version are. Without a string made for each. */
export class ByTarget<V> {
  readonly #current = new Map<string, V>();
  readonly #versions = new Map<string, V>();

  get({ key, versionId }: DeleteTarget): V | undefined {
    return versionId === undefined ? this.#current.get(key) : this.#versions.get(identity(key, versionId));
  }

  set({ key, versionId }: DeleteTarget, value: V): void {
    if (versionId === undefined) this.#current.set(key, value);
    else this.#versions.set(identity(key, versionId), value);
  }

  delete({ key, versionId }: DeleteTarget): void {
    if (versionId === undefined) this.#current.delete(key);
    else this.#versions.delete(identity(key, versionId));
  }

  get size(): number {
    return this.#current.size + this.#versions.size;
  }

  *values(): Generator<V> {
    yield* this.#current.values();
    yield* this.#versions.values();
  }
}

/** A string that two versions share only when they are the same: the length keeps id and key apart. */
function identity(key: string, versionId: string): string {
  return `${versionId.length}:${versionId}${key}`;
}
