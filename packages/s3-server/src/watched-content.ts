import { beginChecksum } from './checksums.js';
import { Content } from './content.js';

/** A body on its way, of which is seen how long it is, and what it comes to. */
export class WatchedContent {
  readonly content: Content;
  #bytes = 0;
  readonly #sums: readonly { readonly algorithm: string; readonly sum: ReturnType<typeof beginChecksum> }[];

  /** @param algorithms of checksums that nobody else reckons */
  constructor(content: Content, algorithms: readonly string[]) {
    this.#sums = algorithms.map((algorithm) => ({ algorithm, sum: beginChecksum(algorithm) }));
    this.content = new Content(content.size, this.#watched(content));
  }

  /** Once it was read to its end. */
  get bytes(): number {
    return this.#bytes;
  }

  /** In base64, by algorithm, once; when it was read to its end. */
  checksums(): Record<string, string> {
    return Object.fromEntries(
      this.#sums.flatMap(({ algorithm, sum }) => (sum ? [[algorithm, sum.base64()]] : [])),
    );
  }

  async *#watched(content: Content): AsyncGenerator<Buffer> {
    for await (const chunk of content.chunks()) {
      this.#bytes += chunk.length;
      for (const { sum } of this.#sums) sum?.update(chunk);
      yield chunk;
    }
  }
}
