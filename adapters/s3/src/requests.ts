import type { S3Client, ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-s3';
import { withDeadline, type DriverCall, type StoreError } from '@store/core';
import { timeoutOf } from '@store/kit';
import { createClient } from './client.js';
import type { S3Config } from './config.js';
import { ContentMd5 } from './content-md5.js';
import { translate } from './errors.js';
import type { Quirks } from './quirks.js';

/** A command of the SDK. */
export type Command<Input extends ServiceInputTypes, Output extends ServiceOutputTypes> = Parameters<
  typeof S3Client.prototype.send<Input, Output>
>[0];

/** Sends requests to one bucket: each ends in time, and fails in the words of this library. */
export class Requests {
  readonly config: S3Config;
  readonly quirks: Quirks;
  readonly bucket: string;
  readonly client: S3Client;
  readonly #contentMd5: ContentMd5;

  constructor(config: S3Config, quirks: Quirks) {
    this.config = config;
    this.quirks = quirks;
    this.bucket = config.bucket;
    this.#contentMd5 = new ContentMd5(quirks.contentMd5);
    this.client = createClient(config, quirks, this.#contentMd5);
  }

  /** The input of a command about one object. */
  at(key: string, versionId?: string) {
    return { Bucket: this.bucket, Key: key, ...(versionId === undefined ? {} : { VersionId: versionId }) };
  }

  /** @param bytes of the request's body, which may need longer than the time-out */
  async run<T>(
    operation: string,
    key: string | undefined,
    { signal }: DriverCall,
    work: (signal: AbortSignal) => Promise<T>,
    bytes?: number,
  ): Promise<T> {
    const ms = timeoutOf(this.config, bytes);
    try {
      return await withDeadline({ signal, ms, operation }, work);
    } catch (error) {
      throw this.failure(error, operation, key);
    }
  }

  /** Sends a command and reads its answer. */
  send<Input extends ServiceInputTypes, Output extends ServiceOutputTypes, T>(
    operation: string,
    key: string | undefined,
    call: DriverCall,
    command: Command<Input, Output>,
    read: (answer: Output) => T | Promise<T>,
    bytes?: number,
  ): Promise<T> {
    const work = async (abortSignal: AbortSignal): Promise<T> =>
      read(await this.client.send(command, { abortSignal }));
    return this.run(operation, key, call, work, bytes);
  }

  /** The same for a command that some services want the digest of: see {@link ContentMd5}. */
  sendDigested<Input extends ServiceInputTypes, Output extends ServiceOutputTypes, T>(
    operation: string,
    key: string | undefined,
    call: DriverCall,
    command: Command<Input, Output>,
    read: (answer: Output) => T,
  ): Promise<T> {
    return this.#contentMd5.adjusting(() => this.send(operation, key, call, command, read));
  }

  /** What a request ended with, in the words of this library. */
  failure(thrown: unknown, operation: string, key: string | undefined): StoreError {
    return translate(thrown, { provider: 's3', operation, key, bucket: this.bucket });
  }
}
