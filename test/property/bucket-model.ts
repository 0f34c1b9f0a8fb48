/** What a bucket keeps of what is deleted or overwritten; S3's words. */
export type Versioning = 'off' | 'enabled' | 'suspended';

/** An object version, or a delete marker. */
export interface Entry {
  readonly key: string;
  /** The service's own; `null` for what was written while versioning was off or suspended. */
  readonly id: string;
  readonly marker: boolean;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** A multipart upload that was begun and not ended. */
export type Upload = Pick<Entry, 'key' | 'id' | 'time'>;

export const NULL_ID = 'null';

/** Of versions that a run makes: nobody knows their ids beforehand. */
export const NEW_ID = '(new)';

/** A bucket as S3's documentation describes it, and nothing else; written without a look at the product's. */
export class BucketModel {
  versioning: Versioning = 'off';
  /** Newest first. */
  readonly #entries = new Map<string, readonly Entry[]>();
  uploads: readonly Upload[] = [];

  put(key: string, { id, size, time }: Pick<Entry, 'id' | 'size' | 'time'>): void {
    this.#lay({ key, id: this.#idFor(id), marker: false, size, time });
  }

  /** A delete that names no version. */
  delete(key: string, { id, time }: Pick<Entry, 'id' | 'time'>): void {
    if (this.versioning === 'off') this.remove(key, NULL_ID);
    else this.#lay({ key, id: this.#idFor(id), marker: true, size: 0, time });
  }

  /** A delete of one version. */
  remove(key: string, id: string): void {
    this.#set(
      key,
      this.of(key).filter((one) => one.id !== id),
    );
  }

  /** Newest first. */
  of(key: string): readonly Entry[] {
    return this.#entries.get(key) ?? [];
  }

  /** All there is, in the order of listings: by the bytes of the key, then newest first. */
  all(): Entry[] {
    return [...this.#entries]
      .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .flatMap(([, entries]) => entries);
  }

  /** What a listing of objects shows. */
  current(): Entry[] {
    return this.all().filter((one) => !one.marker && this.isLatest(one));
  }

  isLatest({ key, id }: Entry): boolean {
    return this.of(key)[0]?.id === id;
  }

  copy(): BucketModel {
    const other = new BucketModel();
    other.versioning = this.versioning;
    other.uploads = this.uploads;
    for (const [key, entries] of this.#entries) other.#entries.set(key, entries);
    return other;
  }

  #idFor(id: string): string {
    return this.versioning === 'enabled' ? id : NULL_ID;
  }

  /** What is written without versioning, or while it is suspended, replaces what was written so before. */
  #lay(entry: Entry): void {
    const under = this.of(entry.key).filter((one) => entry.id !== NULL_ID || one.id !== NULL_ID);
    this.#set(entry.key, [entry, ...under]);
  }

  #set(key: string, entries: readonly Entry[]): void {
    if (entries.length === 0) this.#entries.delete(key);
    else this.#entries.set(key, entries);
  }
}
