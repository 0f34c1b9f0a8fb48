import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import {
  documentLimit,
  messageTooLong,
  Query,
  readBody,
  readHead,
  route,
  sendAnswer,
  sendLastAnswer,
  ServiceError,
  toServiceError,
  type Account,
  type Answer,
  type Buckets,
  type BytesInFlight,
  type Lease,
  type RequestHead,
  type Route,
  type S3Face,
  type Signed,
  type WholeAnswer,
} from '@store/s3-server';
import type { GatewayLogEntry } from './log-entry.js';
import type { Rights } from './rights.js';

/** What all requests share. */
export interface ServeSettings {
  readonly face: S3Face;
  /** What the holder of a key may do, and what that shows of the buckets. */
  readonly accessOf: (accessKeyId: string) => Access;
  readonly inFlight: BytesInFlight;
  /** Of an object or a part. */
  readonly maxBodyBytes: number;
  readonly idleMs: number;
  readonly storeMs: number;
  readonly onRequest: ((entry: GatewayLogEntry) => void) | undefined;
}

/** What the holder of a key may do; undefined: everything. */
export type Access = { readonly rights: Rights; readonly buckets: Buckets } | undefined;

/** Operations that move the bytes of an object within the store, and so take longer. */
const MOVES = new Set(['CompleteMultipartUpload', 'CopyObject', 'UploadPartCopy']);
const MOVE_FACTOR = 12;

/** Timers of Node take no more: beyond, they go off at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const UNKNOWN: Route = { operation: 'Unknown', bucket: undefined, key: undefined };

/**
 * Serves one request: its headers first, signature included; then its body; then the store. Whatever fails on the way,
 * there is an answer, or the connection is closed.
 *
 * @param goOn asks for the body, where the client waits for that
 */
export function serveRequest(
  settings: ServeSettings,
  message: IncomingMessage,
  response: ServerResponse,
  goOn?: () => void,
): void {
  new ServedRequest(settings, message, response).serve(goOn).catch(() => message.socket.destroy());
}

class ServedRequest {
  readonly #settings: ServeSettings;
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #requestId = randomUUID();
  readonly #startedAt = Date.now();
  readonly #account: Account = {};
  #route = UNKNOWN;
  #access: Access;

  constructor(settings: ServeSettings, message: IncomingMessage, response: ServerResponse) {
    this.#settings = settings;
    this.#message = message;
    this.#response = response;
  }

  async serve(goOn?: () => void): Promise<void> {
    const lease = this.#settings.inFlight.lease();
    let head: RequestHead;
    let signed: Signed;
    let body: Buffer;
    try {
      head = readHead(this.#message);
      signed = this.#verify(head);
      this.#route = route(head);
      this.#access = this.#settings.accessOf(signed.accessKeyId);
      this.#access?.rights.check(this.#route, head.method);
      goOn?.();
      body = await this.#readBody(lease);
    } catch (error) {
      lease.release();
      if (this.#message.socket.destroyed) return;
      await this.#refuseUnread(error);
      return;
    }
    const answer = await this.#perform({ ...head, body }, signed, lease);
    await this.#send(answer);
  }

  #verify(head: RequestHead): Signed {
    try {
      return this.#settings.face.verify(head);
    } catch (error) {
      // For the log: who is refused wanted something.
      this.#route = nameOf(head);
      throw error;
    }
  }

  #readBody(lease: Lease): Promise<Buffer> {
    const { maxBodyBytes, idleMs } = this.#settings;
    const limit = documentLimit(this.#route.operation);
    return readBody(
      this.#message,
      limit === undefined
        ? { maxBytes: maxBodyBytes, idleMs, lease }
        : { maxBytes: limit, tooLarge: messageTooLong, idleMs, lease },
    );
  }

  /** What is left of the body stays unread, so that the connection cannot go on. */
  async #refuseUnread(error: unknown): Promise<void> {
    const answer = this.#refusal(error);
    this.#setIds();
    this.#response.setTimeout(this.#settings.idleMs, () => this.#response.destroy());
    await sendLastAnswer(this.#message, this.#response, answer, this.#message.method === 'HEAD');
    this.#log(answer.status, toServiceError(error).code);
  }

  async #perform(
    request: RequestHead & { readonly body: Buffer },
    signed: Signed,
    lease: Lease,
  ): Promise<Sent> {
    const { face, storeMs } = this.#settings;
    const stop = new AbortController();
    // A write is seen through although its client has gone: it may come back and ask how that ended.
    if (request.method === 'GET' || request.method === 'HEAD') {
      this.#response.once('close', () => stop.abort());
    }
    const work = face.perform(
      {
        request,
        subject: { ...this.#route, keys: [] },
        entry: this.#account,
        buckets: this.#access?.buckets,
        refusalOf: () => undefined,
        admit: (keys) => keys.length,
        signal: stop.signal,
      },
      signed,
    );
    // As long as a store holds the body, it is in memory.
    const done = work.finally(() => lease.release());
    try {
      const ms = Math.min(MAX_TIMER_MS, storeMs * (MOVES.has(this.#route.operation) ? MOVE_FACTOR : 1));
      return { answer: await inTime(done, ms, stop), code: undefined };
    } catch (error) {
      return { answer: this.#refusal(error), code: toServiceError(error).code };
    }
  }

  async #send({ answer, code }: Sent): Promise<void> {
    const head = this.#message.method === 'HEAD';
    this.#setIds();
    this.#response.setTimeout(this.#settings.idleMs, () => this.#response.destroy());
    try {
      await sendAnswer(this.#response, answer, head);
      this.#log(answer.status, code);
    } catch (error) {
      // What the store says of the object cannot be said in HTTP.
      if (this.#response.headersSent) throw error;
      const refusal = this.#refusal(error);
      for (const name of this.#response.getHeaderNames()) this.#response.removeHeader(name);
      this.#setIds();
      await sendLastAnswer(this.#message, this.#response, refusal, head);
      this.#log(refusal.status, toServiceError(error).code);
    }
  }

  #refusal(error: unknown): WholeAnswer {
    // Not its query: that may be a signature.
    const [rawPath = ''] = (this.#message.url ?? '').split('?');
    const request = { rawPath, headers: new Map<string, string>(), query: Query.parse('') };
    return this.#settings.face.refuse(error, request, this.#requestId);
  }

  #setIds(): void {
    for (const [name, value] of Object.entries(this.#settings.face.idHeaders(this.#requestId)))
      this.#response.setHeader(name, value);
  }

  #log(status: number, code: string | undefined): void {
    this.#settings.onRequest?.({
      method: this.#message.method ?? '',
      ...this.#route,
      ...this.#account,
      status,
      code,
      elapsedMs: Date.now() - this.#startedAt,
    });
  }
}

function nameOf(head: RequestHead): Route {
  try {
    return route(head);
  } catch {
    return UNKNOWN;
  }
}

/** An answer, and the code of the error that it tells. */
interface Sent {
  readonly answer: Answer;
  readonly code: string | undefined;
}

/** Waits so long for a store, and tells it then to stop. What it still says is not heard. */
async function inTime(work: Promise<Answer>, ms: number, stop: AbortController): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new ServiceError(503, 'ServiceUnavailable', 'The store did not answer in time.'));
      stop.abort();
      work.then(({ body }) => body instanceof Readable && body.destroy()).catch(() => undefined);
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
