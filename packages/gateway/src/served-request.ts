import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  addressOf,
  announcedBytes,
  bodyChunks,
  closeOf,
  documentLimit,
  entityTooLarge,
  formAnswer,
  isFormUpload,
  isPolicyV2,
  keyOf,
  messageTooLong,
  putOf,
  Query,
  readBody,
  readForm,
  readHead,
  requestTimeout,
  refuseForgotten,
  route,
  sendAnswer,
  sendLastAnswer,
  ServiceError,
  signedBy,
  toServiceError,
  verifyPolicy,
  verifyPolicyV2,
  within,
  type Account,
  type Answer,
  type Buckets,
  type BytesInFlight,
  type Credential,
  type Lease,
  type RequestHead,
  type Route,
  type S3Face,
  type Signed,
  wholeAnswer,
  type WholeAnswer,
} from '@store/s3-server';
import type { Cors } from './cors.js';
import type { GatewayLogEntry } from './log-entry.js';
import { Patience } from './patience.js';
import type { Rights } from './rights.js';
import type { Traffic } from './traffic.js';
import { untoldCause } from './untold-cause.js';

/** What all requests share. */
export interface ServeSettings {
  readonly face: S3Face;
  /** What the holder of a key may do, and what that shows of the buckets. */
  readonly accessOf: (accessKeyId: string) => Access;
  readonly inFlight: BytesInFlight;
  /** Of an object or a part. */
  readonly maxBodyBytes: number;
  readonly idleMs: number;
  /** Also for the fields of a form, which say who sends it. */
  readonly headersMs: number;
  readonly storeMs: number;
  /** What the policies of forms are signed with. */
  readonly policies: { readonly credentials: readonly Credential[]; readonly region: string };
  /** Hosts whose subdomains are buckets. */
  readonly domains: readonly string[];
  readonly cors: Cors;
  readonly traffic: Traffic;
  readonly onRequest: (entry: GatewayLogEntry) => void;
}

/** What the holder of a key may do; undefined: everything. */
export type Access = { readonly rights: Rights; readonly buckets: Buckets } | undefined;

/** Operations that move the bytes of an object within the store, and so take longer. */
const MOVES = new Set(['CompleteMultipartUpload', 'CopyObject', 'UploadPartCopy']);
const MOVE_FACTOR = 12;

/** What the sizes and signatures of small chunks may take, in bytes. */
const CHUNKS_BYTES = 1024 * 1024;

/** As nginx calls it in its logs. */
const CLIENT_GONE = 499;

/** Of an answer whose body the store did not give to its end; its head was out by then. */
const TRUNCATED = 'Truncated';

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
  /** Not to be had any more when the connection is closed. */
  readonly #client: string | undefined;
  readonly #requestId = randomUUID();
  readonly #startedAt = Date.now();
  readonly #account: Account = {};
  #route = UNKNOWN;
  #access: Access;
  #accessKeyId: string | undefined;

  constructor(settings: ServeSettings, message: IncomingMessage, response: ServerResponse) {
    this.#settings = settings;
    this.#message = message;
    this.#client = message.socket.remoteAddress;
    this.#response = response;
  }

  async serve(goOn?: () => void): Promise<void> {
    const lease = this.#settings.inFlight.lease();
    let head: RequestHead;
    let signed: Signed;
    let body: RequestBody;
    try {
      head = readHead(this.#message);
      const address = addressOf(head, this.#settings.domains);
      if (head.method === 'OPTIONS') {
        this.#route = { operation: 'Preflight', bucket: address.bucket, key: address.key };
        const answer = this.#settings.cors.preflight(head, address.key !== undefined);
        lease.release();
        await this.#tell({ answer, code: undefined });
        return;
      }
      if (isFormUpload(head, address) && address.bucket !== undefined) {
        await this.#serveForm(head, address.bucket, lease, goOn);
        return;
      }
      signed = this.#verify(head);
      this.#route = route(head, this.#settings.domains);
      this.#accessKeyId = signed.accessKeyId;
      this.#access = this.#settings.accessOf(signed.accessKeyId);
      this.#access?.rights.check(this.#route, head.method);
      body = await this.#body(head, signed, lease, goOn);
    } catch (error) {
      lease.release();
      if (this.#message.socket.destroyed) return this.#log(CLIENT_GONE, 'ClientGone');
      await this.#refuseUnread(error);
      return;
    }
    await this.#tell(await this.#perform(head, body, signed, lease));
  }

  /** Who may is known when the fields are read, which come before the file. */
  async #serveForm(head: RequestHead, bucket: string, lease: Lease, goOn?: () => void): Promise<void> {
    const { headersMs, idleMs, maxBodyBytes, policies } = this.#settings;
    this.#route = { operation: 'PutObject', bucket, key: undefined };
    goOn?.();
    const limit = { maxBytes: maxBodyBytes, refuse: () => entityTooLarge(maxBodyBytes) };
    const chunks = bodyChunks(this.#message, { limit, idleMs });
    const form = await inTime(readForm(chunks, head.headers.get('content-type') ?? ''), headersMs);
    const key = keyOf(form);
    this.#route = { operation: 'PutObject', bucket, key };
    const fields = new Map([...form.fields, ['key', key], ['bucket', bucket]]);
    const verify = isPolicyV2(fields) ? verifyPolicyV2 : verifyPolicy;
    const { accessKeyId, range } = verify(fields, { ...policies, now: Date.now() });
    this.#accessKeyId = accessKeyId;
    this.#access = this.#settings.accessOf(accessKeyId);
    this.#access?.rights.check(this.#route, 'PUT');
    const put = putOf(head, form, bucket, key);
    refuseForgotten(put, 'PutObject');
    const body = { chunks: within(form.file, range) };
    const { answer, code } = await this.#perform(put, body, signedBy(accessKeyId), lease);
    const told = code === undefined ? formAnswer(answer, form, { request: head, bucket, key }) : answer;
    await this.#tell({ answer: told, code });
  }

  async #tell(sent: Sent): Promise<void> {
    if (this.#message.complete) await this.#send(sent);
    else if (this.#message.socket.destroyed) this.#log(CLIENT_GONE, 'ClientGone');
    else await this.#sendUnread(sent);
  }

  #verify(head: RequestHead): Signed {
    try {
      return this.#settings.face.verify(head);
    } catch (error) {
      // For the log: who is refused wanted something.
      this.#route = nameOf(head, this.#settings.domains);
      throw error;
    }
  }

  /** Documents are read here; what becomes an object or a part is read when the store takes it. */
  async #body(head: RequestHead, signed: Signed, lease: Lease, goOn?: () => void): Promise<RequestBody> {
    const { maxBodyBytes, idleMs } = this.#settings;
    const document = documentLimit(this.#route.operation);
    if (document !== undefined) {
      goOn?.();
      const limit = { maxBytes: document, refuse: messageTooLong };
      return { document: await readBody(this.#message, { limit, idleMs }, lease) };
    }
    const chunked = signed.payload.startsWith('STREAMING-');
    if ((announcedBytes(head, chunked) ?? 0) > maxBodyBytes) throw entityTooLarge(maxBodyBytes);
    // Sizes and signatures of chunks come on top.
    const maxBytes = chunked ? maxBodyBytes + maxBodyBytes / 16 + CHUNKS_BYTES : maxBodyBytes;
    const limit = { maxBytes, refuse: () => entityTooLarge(maxBodyBytes) };
    return { chunks: bodyChunks(this.#message, { limit, idleMs }), goOn };
  }

  async #refuseUnread(error: unknown): Promise<void> {
    await this.#sendUnread({ answer: this.#refusal(error), code: toServiceError(error).code });
  }

  /** What is left of the body stays unread, so that the connection cannot go on. */
  async #sendUnread({ answer, code }: Sent): Promise<void> {
    const whole = await wholeAnswer(answer);
    this.#setShared(whole);
    this.#response.setTimeout(this.#settings.idleMs, () => this.#response.destroy());
    await sendLastAnswer(this.#message, this.#response, whole, this.#message.method === 'HEAD');
    this.#log(whole.status, code);
  }

  async #perform(head: RequestHead, body: RequestBody, signed: Signed, lease: Lease): Promise<Sent> {
    const { face, storeMs } = this.#settings;
    const stop = new AbortController();
    let late = (): void => undefined;
    const patience = new Patience(storeMs, () => late());
    if (MOVES.has(this.#route.operation)) patience.begin(MOVE_FACTOR);
    const answered = new Promise<never>((_, reject) => {
      late = () => {
        reject(new ServiceError(503, 'ServiceUnavailable', 'The store did not answer in time.'));
        stop.abort();
      };
    });
    // A write is seen through although its client has gone: it may come back and ask how that ended.
    if (head.method === 'GET' || head.method === 'HEAD') {
      void closeOf(this.#response).then(() => stop.abort());
    }
    const work = face.perform(
      {
        request: { ...head, body: body.document ?? Buffer.alloc(0) },
        arriving: body.chunks && arriving(body.chunks, patience, body.goOn),
        room: lease,
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
      return { answer: await Promise.race([done, answered]), code: undefined };
    } catch (error) {
      // What the store still says is not heard.
      done
        .then(({ body: unwanted }) => unwanted instanceof Readable && unwanted.destroy())
        .catch(() => undefined);
      return { answer: this.#refusal(error), code: toServiceError(error).code };
    } finally {
      patience.end();
    }
  }

  async #send({ answer, code }: Sent): Promise<void> {
    const head = this.#message.method === 'HEAD';
    this.#setShared(answer);
    this.#response.setTimeout(this.#settings.idleMs, () => this.#response.destroy());
    try {
      const broken = await sendAnswer(this.#response, answer, head);
      if (broken !== undefined) this.#account.cause = untoldCause(broken);
      this.#log(answer.status, broken === undefined ? code : TRUNCATED);
    } catch (error) {
      // What the store says of the object cannot be said in HTTP.
      if (this.#response.headersSent) throw error;
      const refusal = this.#refusal(error);
      for (const name of this.#response.getHeaderNames()) this.#response.removeHeader(name);
      this.#setShared(refusal);
      await sendLastAnswer(this.#message, this.#response, refusal, head);
      this.#log(refusal.status, toServiceError(error).code);
    }
  }

  #refusal(error: unknown): WholeAnswer {
    if (!(error instanceof ServiceError)) this.#account.cause = untoldCause(error);
    // Not its query: that may be a signature.
    const [rawPath = ''] = (this.#message.url ?? '').split('?');
    const request = { rawPath, headers: new Map<string, string>(), query: Query.parse('') };
    return this.#settings.face.refuse(error, request, this.#requestId);
  }

  /** What all answers have, beside what this one has. */
  #setShared({ headers = {} }: Answer): void {
    const { face, cors } = this.#settings;
    const ids = face.idHeaders(this.#requestId);
    const { origin } = this.#message.headers;
    const shared = { ...ids, ...cors.headersOf(origin, { ...headers, ...ids }) };
    for (const [name, value] of Object.entries(shared)) this.#response.setHeader(name, value);
  }

  #log(status: number, code: string | undefined): void {
    const { traffic, onRequest } = this.#settings;
    onRequest({
      requestId: this.#requestId,
      client: this.#client,
      accessKeyId: this.#accessKeyId,
      method: this.#message.method ?? '',
      ...this.#route,
      ...this.#account,
      status,
      code,
      elapsedMs: Date.now() - this.#startedAt,
      ...traffic.since(this.#message.socket),
    });
  }
}

/** @throws ServiceError `RequestTimeout` */
async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const stop = new AbortController();
  const late = sleep(ms, undefined, { signal: stop.signal }).then(() => {
    throw requestTimeout();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
    // What comes of the other one is of no interest any more.
    for (const other of [work, late]) other.catch(() => undefined);
  }
}

function nameOf(head: RequestHead, domains: readonly string[]): Route {
  try {
    return route(head, domains);
  } catch {
    return UNKNOWN;
  }
}

/** An answer, and the code of the error that it tells. */
interface Sent {
  readonly answer: Answer;
  readonly code: string | undefined;
}

/** Either a document, or what is still on its way. */
interface RequestBody {
  readonly document?: Buffer;
  readonly chunks?: AsyncIterable<Buffer>;
  /** Asks the client for it, where that waits. */
  readonly goOn?: (() => void) | undefined;
}

/** The bytes as they come. While they do not, the client is waited for, not the store. */
async function* arriving(
  chunks: AsyncIterable<Buffer>,
  patience: Patience,
  goOn: (() => void) | undefined,
): AsyncGenerator<Buffer> {
  goOn?.();
  patience.pause();
  try {
    for await (const chunk of chunks) {
      patience.begin();
      yield chunk;
      patience.pause();
    }
  } finally {
    // What it has taken has to be made an object now.
    patience.begin(MOVE_FACTOR);
  }
}
