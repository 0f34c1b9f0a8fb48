/** A key by its bytes, a character for each: that of a service need not be UTF-8. */
export type ByteKey = string;

export function byteKey(text: string): ByteKey {
  return Buffer.from(text).toString('latin1');
}

export function textOf(key: ByteKey): string {
  return Buffer.from(key, 'latin1').toString();
}

/** Whether its bytes are UTF-8. */
export function isText(key: ByteKey): boolean {
  return byteKey(textOf(key)) === key;
}

export interface Version {
  readonly id: string;
  readonly marker: boolean;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since the epoch; whole seconds. */
  readonly modified: number;
}

export interface Target {
  readonly key: ByteKey;
  /** Without one, the current object is meant. */
  readonly versionId?: string | undefined;
}

/** What is really in the bucket, whatever the server says. */
export class Truth {
  readonly versioned: boolean;
  /** The latest first. */
  readonly #histories = new Map<ByteKey, Version[]>();
  #ids = 0;

  constructor(versioned: boolean) {
    this.versioned = versioned;
  }

  put(key: ByteKey, facts: Pick<Version, 'size' | 'modified'>): void {
    this.#push(key, { ...facts, id: this.#newId(), marker: false });
  }

  /** Its marker, where there is one. Deletes what is not there as well as S3 does. */
  remove({ key, versionId }: Target, now = Date.now()): Version | undefined {
    const history = this.#histories.get(key) ?? [];
    if (versionId === undefined && this.versioned) {
      const marker = { id: this.#newId(), marker: true, size: 0, modified: now - (now % 1000) };
      this.#push(key, marker);
      return marker;
    }
    const left = versionId === undefined ? [] : history.filter(({ id }) => id !== versionId);
    if (left.length > 0) this.#histories.set(key, left);
    else this.#histories.delete(key);
    return undefined;
  }

  /** In the order of their bytes. */
  keys(prefix: ByteKey): ByteKey[] {
    return [...this.#histories.keys()].filter((key) => key.startsWith(prefix)).sort(compareBytes);
  }

  /** The latest first. */
  history(key: ByteKey): readonly Version[] {
    return this.#histories.get(key) ?? [];
  }

  current(key: ByteKey): Version | undefined {
    const [latest] = this.history(key);
    return latest?.marker ? undefined : latest;
  }

  /** Whether the delete of this target has not happened. */
  isThere({ key, versionId }: Target): boolean {
    return versionId === undefined
      ? this.current(key) !== undefined
      : this.history(key).some(({ id }) => id === versionId);
  }

  copy(): Truth {
    const copy = new Truth(this.versioned);
    for (const [key, history] of this.#histories) copy.#histories.set(key, [...history]);
    copy.#ids = this.#ids;
    return copy;
  }

  #newId(): string {
    return this.versioned ? `v${String(++this.#ids).padStart(4, '0')}` : 'null';
  }

  #push(key: ByteKey, version: Version): void {
    const below = this.versioned ? (this.#histories.get(key) ?? []) : [];
    this.#histories.set(key, [version, ...below]);
  }
}

/** A string for a target that no other one has. */
export function idOf({ key, versionId }: Target): string {
  return JSON.stringify([key, versionId ?? null]);
}

/** Each character is a byte. */
export function compareBytes(a: ByteKey, b: ByteKey): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
