import {
  StoreError,
  systemClock,
  toStoreError,
  type Clock,
  type StoreDriver,
  type DriverCall,
  type PassThrough,
} from '@store/driver';
import { followPages, type Page, type PageRules } from './follow-pages.js';
import { splitRules, type SplitRules, type SplitSettings } from './split-rules.js';
import { Contact, eitherSignal } from './contact.js';
import { within } from './within.js';
import { retrying, retryPolicy, type OnRetry, type RetryPolicy, type RetrySettings } from './retry.js';

/** Requests that an operation has in flight at most when the caller does not say. */
export const IN_FLIGHT = 32;

export interface EngineSettings {
  readonly retry?: RetrySettings | undefined;
  /** Called before each wait for another attempt, by every operation. What it throws ends the operation. */
  readonly onRetry?: OnRetry | undefined;
  readonly clock?: Clock | undefined;
  /** When a listing is split into ranges that are listed side by side. The defaults are for services behind a network. */
  readonly split?: SplitSettings | undefined;
  /**
   * The content type of what is put under a key without one, such as `lookup` of `mime-types`. Default: none, so that it is
   * `application/octet-stream`.
   */
  readonly contentTypeOf?: ((key: string) => string | false | undefined) | undefined;
}

/** Where one request has its turn. */
export interface Slot {
  /** Waits for the turn; false when there will be none. */
  readonly acquire: () => Promise<boolean>;
  readonly release: () => void;
}

/** What a request, or the requests of a listing, are for. */
export interface Purpose {
  /** The method of the store that needs it, for messages. */
  readonly operation: string;
  /** Ends the request, and the waiting for another attempt. */
  readonly signal?: AbortSignal | undefined;
  /** Most milliseconds for a request with its retries. */
  readonly timeoutMs?: number | undefined;
  readonly pass?: PassThrough | undefined;
  /** What has been sent is waited for; the signal ends what has not been sent. Default false. */
  readonly unbroken?: boolean | undefined;
  /** Asked before each request, and told when it has ended. What is not let in is not sent. */
  readonly slot?: Slot | undefined;
  /** Called before each request; `again` when it repeats one. */
  readonly onRequest?: ((again: boolean) => void) | undefined;
  /** Told of each failure that is not the end. */
  readonly onError?: ((error: StoreError) => void) | undefined;
}

/** What every operation works with: a driver, and how its requests are sent, repeated and followed. */
export class Engine {
  readonly driver: StoreDriver;
  readonly clock: Clock;
  readonly retry: RetryPolicy;
  readonly contact: Contact;
  readonly onRetry: OnRetry | undefined;
  readonly split: SplitRules;
  readonly contentTypeOf: EngineSettings['contentTypeOf'];
  #closed = false;

  constructor(driver: StoreDriver, settings: EngineSettings = {}) {
    const { retry, onRetry, split, clock = systemClock } = settings;
    this.contentTypeOf = settings.contentTypeOf;
    this.split = splitRules(split);
    this.driver = driver;
    this.clock = clock;
    this.retry = retryPolicy(retry);
    this.contact = new Contact({
      endpoint: driver.endpoint,
      contactMs: this.retry.contactMs,
      // Nobody has to have this object, and nobody has to be allowed to see it.
      ask: (signal) => driver.read.head({ key: 'is-somebody-there' }, { signal }),
    });
    this.onRetry =
      onRetry &&
      ((event) => {
        try {
          onRetry(event);
        } catch (error) {
          throw toStoreError(error, { operation: event.operation, provider: this.provider });
        }
      });
  }

  get provider(): string {
    return this.driver.provider;
  }

  /** @throws StoreError `InvalidArgument` when the store has been closed */
  assertOpen(operation: string): void {
    if (!this.#closed) return;
    const message = `${operation} was called on a store that is closed`;
    throw new StoreError('InvalidArgument', message, { operation, provider: this.provider });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.driver.close();
  }

  /** Sends one request, again where that can help. */
  request<T>(purpose: Purpose, send: (call: DriverCall) => Promise<T>): Promise<T> {
    return within(purpose, (signal) => this.#request({ ...purpose, signal }, send));
  }

  #request<T>(purpose: Purpose, send: (call: DriverCall) => Promise<T>): Promise<T> {
    const { operation, signal, pass, unbroken, slot, onRequest, onError } = purpose;
    const given = unbroken ? undefined : signal;
    const { retry, clock, contact, provider, onRetry } = this;
    let requests = 0;
    const once = (nobody: AbortSignal | undefined): Promise<T> => {
      onRequest?.(requests++ > 0);
      return send({ signal: eitherSignal(given, nobody), pass });
    };
    const inSlot =
      slot &&
      (async (nobody: AbortSignal | undefined): Promise<T> => {
        if (!(await slot.acquire()))
          throw new StoreError('Aborted', `${operation} was aborted`, { operation });
        try {
          return await once(nobody);
        } finally {
          slot.release();
        }
      });
    return retrying({ retry, clock, contact, operation, provider, signal, onError, onRetry }, inSlot ?? once);
  }

  /** Follows a listing to its end, see `followPages`. */
  pages<P extends Page>(
    purpose: Purpose,
    fetchPage: (token: string | undefined, call: DriverCall) => Promise<P>,
    rules: PageRules<P>,
  ): AsyncGenerator<P, void, undefined> {
    let last: { readonly token: string | undefined } | undefined;
    const fetch = (token: string | undefined): Promise<P> => {
      const repeats = last !== undefined && last.token === token;
      last = { token };
      const onRequest = (again: boolean): void => purpose.onRequest?.(again || repeats);
      return this.request({ ...purpose, onRequest }, (call) => fetchPage(token, call));
    };
    return followPages({ ...purpose, engine: this }, fetch, rules);
  }

  /** The error for what this store cannot do. @param what it does not support */
  unsupported(operation: string, what: string): StoreError {
    const { provider } = this;
    const message = `this ${provider} store does not support ${what}`;
    return new StoreError('Unsupported', message, { operation, provider });
  }
}

/** Under this name a store has its engine. Other copies of the package in the process know it too. */
export const ENGINE = Symbol.for('@store/core/Engine');

/** Something that has an engine: a store. */
export interface Engined {
  readonly [ENGINE]: Engine;
}

/**
 * The engine of a store, for packages that add operations to it.
 *
 * @throws StoreError `InvalidArgument` for what is no store of this library, or a store that is closed
 */
export function engineOf(store: object, operation: string): Engine {
  if (!hasEngine(store)) {
    throw new StoreError('InvalidArgument', `${operation} takes a store that openStore has made`, {
      operation,
    });
  }
  store[ENGINE].assertOpen(operation);
  return store[ENGINE];
}

function hasEngine(store: object): store is Engined {
  return ENGINE in store;
}
