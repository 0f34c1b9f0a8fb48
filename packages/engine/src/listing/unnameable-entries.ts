import { quoteKey, StoreError, type Unnameable } from '@store/driver';

/** What a listing has shown that no request can name, until its reader has been told. */
export class UnnameableEntries {
  readonly #tell: ((entry: Unnameable) => void) | undefined;
  #first: Unnameable | undefined;
  #count = 0;

  /** @param tell who is told at once; without anybody, the end of the listing is an error */
  constructor(tell: ((entry: Unnameable) => void) | undefined) {
    this.#tell = tell;
  }

  take({ unnameable = [] }: { readonly unnameable?: readonly Unnameable[] | undefined }): void {
    for (const entry of unnameable) {
      this.#first ??= entry;
      this.#count++;
      this.#tell?.(entry);
    }
  }

  /** The listing has come to its end. @throws StoreError `Corrupt` when there was something and nobody was told */
  end(details: { readonly provider: string; readonly operation: string }): void {
    if (!this.#first || this.#tell) return;
    const { name, reason } = this.#first;
    throw new StoreError(
      'Corrupt',
      `the listing shows ${this.#count} entries that no request can name, the first of them ${quoteKey(name)} ` +
        `(${reason.message}); all others have been given, and onUnnameable is told of these`,
      details,
    );
  }
}
