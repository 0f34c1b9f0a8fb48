import type { S3Client } from '@aws-sdk/client-s3';
import { withDeadline, type DriverCall, type StoreError } from '@store/core';
import { timeoutOf } from './client.js';
import type { S3Config } from './config.js';

import { translate } from './errors.js';

/** Slowest upload that is waited for, in bytes a second, on top of the time-out. */
const SLOWEST_UPLOAD = 64 * 1024;

/** Sends requests to one bucket: each ends in time, and fails in the words of this library. */
export class Requests {
  readonly client: S3Client;
  readonly bucket: string;
  readonly #timeoutMs: number;

  constructor(client: S3Client, config: S3Config) {
    this.client = client;
    this.bucket = config.bucket;
    this.#timeoutMs = timeoutOf(config);
  }

  /** @param bytes of the request's body, which may need longer than the time-out */
  async run<T>(
    operation: string,
    key: string | undefined,
    { signal }: DriverCall,
    work: (signal: AbortSignal) => Promise<T>,
    bytes = 0,
  ): Promise<T> {
    const ms = this.#timeoutMs + Math.ceil((bytes / SLOWEST_UPLOAD) * 1000);
    try {
      return await withDeadline({ signal, ms, operation }, work);
    } catch (error) {
      throw this.failure(error, operation, key);
    }
  }

  /** What a request ended with, in the words of this library. */
  failure(thrown: unknown, operation: string, key: string | undefined): StoreError {
    return translate(thrown, { operation, bucket: this.bucket, key });
  }
}
