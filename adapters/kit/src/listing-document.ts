import { StoreError, type Unnameable } from '@store/driver';
import { keyOfElement, type KeyEncoding, type ListedKey } from './key-bytes.js';
import { saysTruncated } from './listing-end.js';
import { undocumented } from './undocumented.js';
import type { XmlElement } from './xml.js';

/**
 * The document of a listing. Listings are asked for with `encoding-type=url`, because XML cannot carry every key
 * (without it CR LF becomes LF, which is another key). Services that ignore the parameter do not send it back, and send
 * keys as they are.
 */
export class ListingDocument {
  readonly #root: XmlElement;
  readonly #encoding: KeyEncoding;

  /** @param plusIsSpace whether an encoded key has `+` for a space, as in forms: so on S3, not so on OSS */
  constructor(root: XmlElement, plusIsSpace: boolean) {
    this.#root = root;
    this.#encoding = { url: isUrlEncoded(root), plusIsSpace };
  }

  /** @throws StoreError `Corrupt` when it does not say */
  get truncated(): boolean {
    return saysTruncated(this.#root.child('IsTruncated')?.text());
  }

  /** The entries of one kind or of several, in their order, as far as they can be named. */
  entries<T>(names: readonly string[], read: (entry: XmlElement, key: string) => T | Unnameable): Entries<T> {
    const found: T[] = [];
    const unnameable: Unnameable[] = [];
    let last: ListedKey | undefined;
    for (const entry of this.#root.children) {
      if (!names.includes(entry.name)) continue;
      last = this.keyIn(entry, entry.name === 'CommonPrefixes' ? 'Prefix' : 'Key');
      const one = last.unnameable ?? read(entry, last.key);
      if (isUnnameable(one)) unnameable.push(one);
      else found.push(one);
    }
    return { found, unnameable, last };
  }

  /**
   * The entries of a listing that was asked for without a delimiter.
   *
   * @throws StoreError `Corrupt` when it puts keys together all the same: those would be passed over
   */
  flatEntries<T>(
    names: readonly string[],
    read: (entry: XmlElement, key: string) => T | Unnameable,
  ): Entries<T> {
    if (this.#root.children.some(({ name }) => name === 'CommonPrefixes'))
      throw new StoreError('Corrupt', 'the listing puts keys together, which it was not asked for', {
        retryable: true,
      });
    return this.entries(names, read);
  }

  /**
   * The key of the last entry of a kind.
   *
   * @throws StoreError `Corrupt` when no request can name it
   */
  lastKey(name: string): string | undefined {
    const { last } = this.entries([name], (_entry, key) => key);
    return last && sendable(last);
  }

  keyIn(entry: XmlElement, name: string): ListedKey {
    return keyOfElement(entry.child(name), this.#encoding);
  }

  /** A word that stands beside the entries, as it is. */
  word(name: string): string | undefined {
    return this.#root.textOf(name);
  }

  /**
   * A key by which the listing goes on.
   *
   * @throws StoreError `Corrupt` when no request can name it
   */
  marker(name: string): string | undefined {
    if (!this.#root.child(name)?.raw()) return undefined;
    return sendable(this.keyIn(this.#root, name));
  }
}

/** Whether an answer has its keys percent-encoded. @throws StoreError `Corrupt` for an encoding that was not asked for */
export function isUrlEncoded(root: XmlElement): boolean {
  const encoding = root.textOf('EncodingType');
  if (encoding === undefined || encoding === 'url') return encoding === 'url';
  throw undocumented(`the answer is in an unknown encoding, ${JSON.stringify(encoding.slice(0, 40))}`);
}

export interface Entries<T> {
  readonly found: readonly T[];
  readonly unnameable: readonly Unnameable[];
  /** The name of the last one, whether it can be named or not. */
  readonly last: ListedKey | undefined;
}

/** @throws StoreError `Corrupt` when no request can name it */
function sendable(key: ListedKey): string {
  if (key.key !== undefined) return key.key;
  const { name } = key.unnameable;
  throw new StoreError('Corrupt', `the listing goes on behind ${name}, which no request can name`);
}

function isUnnameable(value: unknown): value is Unnameable {
  return typeof value === 'object' && value !== null && 'reason' in value && 'name' in value;
}

/** An entry whose key is a key, and which lacks what a request on it would need. */
export function incomplete(key: string, lack: string): Unnameable {
  const message = `the listing names ${JSON.stringify(key)} without ${lack}`;
  return { name: key, reason: { code: 'Corrupt', message, retryable: false } };
}
