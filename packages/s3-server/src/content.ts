import { Readable } from 'node:stream';
import { StoreError } from '@store/driver';
import type { Lease } from './http/bytes-in-flight.js';
import { slowDown } from './http/service-error.js';

/** The bytes of an object or a part, which may be on their way. They can be read once. */
export class Content {
  /** Bytes; undefined when nobody said. */
  readonly size: number | undefined;
  readonly #source: AsyncIterable<Buffer>;
  #failure: { readonly error: unknown } | undefined;

  constructor(size: number | undefined, source: AsyncIterable<Buffer>) {
    this.size = size;
    this.#source = source;
  }

  static of(body: Buffer): Content {
    return new Content(body.length, only(body));
  }

  /** @throws StoreError `Unavailable` when it has another size than was said; otherwise what the source throws */
  async *chunks(): AsyncGenerator<Buffer> {
    const { size = Infinity } = this;
    let bytes = 0;
    // What is thrown while a chunk is with the reader is the reader's own.
    let given = false;
    try {
      for await (const chunk of this.#source) {
        bytes += chunk.length;
        if (bytes > size) break;
        if (chunk.length === 0) continue;
        given = true;
        yield chunk;
        given = false;
      }
      if (this.size !== undefined && bytes !== this.size) {
        throw new StoreError('Unavailable', `there are ${bytes} bytes, and ${this.size} were announced`);
      }
    } catch (error) {
      if (!given) this.#failure = { error };
      throw error;
    }
  }

  /** Gives it to a store as a stream. A failure of the source comes as it is, however the store tells it. */
  async streamed<T>(write: (body: Readable) => Promise<T>): Promise<T> {
    const body = Readable.from(this.chunks(), { objectMode: false });
    // A store that gives up does not listen any more.
    body.on('error', () => undefined);
    try {
      return await write(body);
    } catch (error) {
      throw this.#failure ? this.#failure.error : error;
    } finally {
      body.destroy();
    }
  }

  /**
   * All of it in memory.
   *
   * @param room what it is counted by
   * @param refuse for what is larger than `maxBytes`
   */
  async whole(room: Lease | undefined, maxBytes: number, refuse: () => Error): Promise<Buffer> {
    if (this.size !== undefined && this.size > maxBytes) throw refuse();
    if (this.size !== undefined && room?.take(this.size) === false) throw slowDown();
    const chunks: Buffer[] = [];
    let bytes = 0;
    // Where its size is known it is held once, and not a second time to be joined.
    let joined: Buffer | undefined;
    for await (const chunk of this.chunks()) {
      if (bytes + chunk.length > maxBytes) throw refuse();
      if (this.size === undefined && room?.take(chunk.length) === false) throw slowDown();
      if (this.size === undefined || chunk.length === this.size) chunks.push(chunk);
      else chunk.copy((joined ??= Buffer.allocUnsafeSlow(this.size)), bytes);
      bytes += chunk.length;
    }
    const [first] = chunks;
    return joined ?? (chunks.length === 1 && first ? first : Buffer.concat(chunks));
  }
}

async function* only(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}
