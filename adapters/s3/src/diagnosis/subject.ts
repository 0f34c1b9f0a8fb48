import { toStoreError, type Finding, type StoreError } from '@store/driver';
import type { S3Config } from '../config.js';
import { s3Driver, type S3Driver } from '../driver.js';
import type { Quirks } from '../quirks.js';
import { Requests } from '../requests.js';

/** The service under examination, and what is known about it so far. */
export class Subject {
  readonly prefix: string;
  readonly signal: AbortSignal | undefined;
  config: S3Config;
  quirks: Quirks;
  /** Answers that asked for fewer requests. */
  throttled = 0;
  /** Operations that the credentials do not permit. */
  readonly denied = new Set<string>();
  versioning: 'enabled' | 'suspended' | 'off' | 'unknown' = 'unknown';
  readonly #drivers: S3Driver[] = [];
  readonly #requests: Requests[] = [];
  #names = 0;

  constructor(config: S3Config, quirks: Quirks, prefix: string, signal: AbortSignal | undefined) {
    this.config = config;
    this.quirks = quirks;
    this.prefix = prefix;
    this.signal = signal;
  }

  /** A driver with some quirks changed. Its requests are not repeated. */
  driver(changes: Partial<Quirks> = {}): S3Driver {
    const driver = s3Driver({ ...this.config, quirks: { ...this.quirks, ...changes } });
    this.#drivers.push(driver);
    return driver;
  }

  /** A key that no probe has used. */
  key(name = 'key'): string {
    return `${this.prefix}${++this.#names}-${name}`;
  }

  /** Writes a small object and resolves to its key and ETag. */
  async object(key = this.key(), body = 'probe'): Promise<{ key: string; etag: string | undefined }> {
    const { etag } = await this.driver().write.put({ key, body: Buffer.from(body) }, this.call);
    return { key, etag };
  }

  /** Whether there is such an object. */
  async exists(key: string): Promise<boolean> {
    const found = await this.outcome('head', () => this.driver().read.head({ key }, this.call));
    return found.error === undefined;
  }

  get call() {
    return { signal: this.signal };
  }

  /** What became of a request; an abort ends the diagnosis. */
  async outcome<T>(operation: string, request: () => Promise<T>): Promise<Outcome<T>> {
    try {
      return { value: await request(), error: undefined };
    } catch (thrown) {
      const error = toStoreError(thrown);
      if (error.code === 'Aborted') throw error;
      if (error.code === 'Throttled') this.throttled++;
      if (error.code === 'AccessDenied') this.denied.add(operation);
      return { value: undefined, error };
    }
  }

  /** The pages of a listing, ten at most: as many as come. */
  async pages<Page extends { readonly truncated: boolean; readonly nextToken?: string | undefined }>(
    operation: string,
    page: (token: string | undefined) => Promise<Page>,
  ): Promise<{ readonly pages: readonly Page[]; readonly failed: boolean }> {
    const pages: Page[] = [];
    let token: string | undefined;
    do {
      const { value } = await this.outcome(operation, () => page(token));
      if (!value) return { pages, failed: true };
      pages.push(value);
      token = value.truncated ? value.nextToken : undefined;
    } while (token !== undefined && pages.length < 10);
    return { pages, failed: false };
  }

  /** For what a driver does not ask, with some quirks changed. */
  requests(changes: Partial<Quirks> = {}): Requests {
    const requests = new Requests(this.config, { ...this.quirks, ...changes });
    this.#requests.push(requests);
    return requests;
  }

  async close(): Promise<void> {
    for (const driver of this.#drivers.splice(0)) await driver.close();
    for (const requests of this.#requests.splice(0)) requests.close();
  }
}

export type Outcome<T> =
  | { readonly value: T; readonly error: undefined }
  | { readonly value: undefined; readonly error: StoreError };

/** One question to a service. What it finds may change what the following ones ask with. */
export type Probe = (subject: Subject) => Promise<readonly Finding[]>;

/** @param answer yes or no, or in a word or two */
export function finding(
  probe: string,
  answer: boolean | string,
  meaning?: string | false,
  settings?: Finding['settings'],
): Finding {
  const said = typeof answer === 'string' ? answer : answer ? 'yes' : 'no';
  return { probe, answer: said, ...(meaning ? { meaning } : {}), ...(settings ? { settings } : {}) };
}

/** The finding of a probe that could not be made. */
export function notFoundOut(probe: string, error: StoreError): Finding {
  return finding(probe, 'unknown', `the probe failed: ${error.reason}`);
}
