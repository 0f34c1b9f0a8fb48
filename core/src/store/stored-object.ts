import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { StoreError, toStoreError, type GetResult, type ObjectInfo } from '@store/driver';
import type { StoredObject } from '../object-store.js';

/** A driver's answer to `get`, with the usual ways to consume it. */
export class OpenObject implements StoredObject {
  readonly info: ObjectInfo;
  readonly body: Readable;
  readonly #provider: string;

  constructor(result: GetResult, provider: string) {
    this.info = result.info;
    this.body = result.body;
    this.#provider = provider;
  }

  stream(): ReadableStream<Uint8Array> {
    return Readable.toWeb(this.body);
  }

  async bytes(): Promise<Uint8Array> {
    try {
      return await buffer(this.body);
    } catch (error) {
      throw toStoreError(error, { operation: 'get', key: this.info.key, provider: this.#provider });
    }
  }

  async text(): Promise<string> {
    return Buffer.from(await this.bytes()).toString('utf8');
  }

  async json<T = unknown>(): Promise<T> {
    const text = await this.text();
    try {
      // What it is, the caller says.
      return JSON.parse(text) as T;
    } catch (cause) {
      throw new StoreError('Corrupt', 'the object is not JSON', {
        operation: 'get',
        key: this.info.key,
        provider: this.#provider,
        cause,
      });
    }
  }
}
