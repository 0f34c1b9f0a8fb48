import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { pipeline } from 'node:stream/promises';
import { StoreError, type KeptBody } from '@store/driver';
import { bytesOfKept } from './kept-body.js';
import { CLOSED_AT_ONCE, networkError, NOBODY_THERE } from './network.js';
import { sizeFact } from './facts.js';
import { MAX_ANSWER_BYTES, MAX_SHORT_ANSWER_BYTES, readAnnounced, readAnswer } from './read-answer.js';
import { keptAlive, type RequestLimits } from './request-limits.js';

export interface HttpCall {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly content?: string | Buffer | undefined;
  /** In place of `content`: what is read while it is sent. Its length has to be among the headers. */
  readonly kept?: KeptBody | undefined;
  readonly signal: AbortSignal;
  /** Hand a successful answer's body over as a stream. */
  readonly stream?: boolean | undefined;
  /** With `stream`: one that is announced with at most so many bytes is read. */
  readonly wholeBytes?: number | undefined;
  /** A success has no long document: what is longer than a refusal is none. */
  readonly short?: boolean | undefined;
  /** How long nothing may move on the socket, in milliseconds: not while connecting, sending, waiting or receiving. */
  readonly idleMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The whole body, up to the kit's limits; empty when it is streamed. */
  readonly data: Buffer;
  /** The body that could have been streamed, and was read: see {@link HttpCall.wholeBytes}. */
  readonly whole?: Buffer | undefined;
  /** Why the body of a refusal was not read: it is longer than any. */
  readonly unread?: StoreError | undefined;
  readonly res: IncomingMessage;
}

/**
 * Sends what has been signed, and reads answers within limits. URLs are taken apart byte for byte: `new URL()` resolves
 * dot segments, so that deleting `a/../b` deletes `b`. Redirects are not followed, and its sockets are its own.
 */
export class HttpTransport {
  /** Its sockets, for others that send to the same place. */
  readonly agents: { readonly http: HttpAgent; readonly https: HttpsAgent };
  readonly #connectMs: number | undefined;
  /** The last one that was asked: mostly there is no other. */
  #server: Server | undefined;

  /** @param connectMs how long a connection may take to be made, in milliseconds; without it, as long as the request may */
  constructor(limits: RequestLimits, connectMs?: number) {
    this.agents = { http: new HttpAgent(keptAlive(limits)), https: new HttpsAgent(keptAlive(limits)) };
    this.#connectMs = connectMs;
  }

  /** @throws StoreError when there is no whole answer; an abort as it is */
  async send(url: string, given: HttpCall): Promise<HttpAnswer> {
    const { method, headers: sent, content, kept, stream, wholeBytes, short, idleMs, signal } = given;
    const [, origin = '', path = '/'] = /^(https?:\/\/[^/?]+)(.*)$/s.exec(url) ?? [];
    const { secure, hostname, port } = (this.#server = serverAt(origin, this.#server));
    const agent = secure ? this.agents.https : this.agents.http;
    const options: RequestOptions = { method, headers: sent, hostname, port, path, timeout: idleMs, agent };
    try {
      const request = secure ? httpsRequest(options) : httpRequest(options);
      if (this.#connectMs !== undefined) limitConnecting(request, this.#connectMs);
      const res = await answerTo(request, kept ?? content, idleMs, signal);
      const { statusCode: status = 0, headers } = res;
      if (stream && status < 300) {
        const length = sizeFact(headers['content-length']) ?? Infinity;
        const whole = length <= (wholeBytes ?? -1) ? await readAnnounced(res, length) : undefined;
        return { status, headers, data: NOTHING, whole, res };
      }
      return { status, headers, ...(await readWhole(res, status, short ?? false)), res };
    } catch (thrown) {
      throw networkError(thrown);
    }
  }

  close(): void {
    this.agents.http.destroy();
    this.agents.https.destroy();
  }
}

const NOTHING = Buffer.alloc(0);

interface Server {
  readonly origin: string;
  readonly secure: boolean;
  readonly hostname: string | undefined;
  readonly port: string | undefined;
}

function serverAt(origin: string, known: Server | undefined): Server {
  if (known?.origin === origin) return known;
  const [, protocol, v6, name, port] = /^(https?:)\/\/(?:\[(.*)\]|(.*?))(?::(\d+))?$/s.exec(origin) ?? [];
  return { origin, secure: protocol === 'https:', hostname: v6 ?? name, port };
}

/** @throws StoreError `Corrupt` for a success that is too long; of such a refusal the status says enough */
async function readWhole(
  res: IncomingMessage,
  status: number,
  short: boolean,
): Promise<Pick<HttpAnswer, 'data' | 'unread'>> {
  const isRefusal = status >= 300;
  try {
    return { data: await readAnswer(res, isRefusal || short ? MAX_SHORT_ANSWER_BYTES : MAX_ANSWER_BYTES) };
  } catch (error) {
    if (isRefusal && error instanceof StoreError) return { data: NOTHING, unread: error };
    throw error;
  }
}

/** The beginning of the answer; its body ends with `Timeout` when it stops flowing. */
function answerTo(
  request: ClientRequest,
  content: string | Buffer | KeptBody | undefined,
  idleMs: number,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let answer: IncomingMessage | undefined;
    // Node would do the same with many more listeners.
    const abort = (): void => void request.destroy(aborted(signal));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    request.on('response', (res) => {
      answer = res;
      resolve(res);
    });
    // Of the socket: it counts what moves in both directions. A request that is destroyed throws its answer's body
    // away, so the answer is, once there is one.
    request.on('timeout', () => (answer ?? request).destroy(stalled(idleMs)));
    request.on('error', reject);
    // Without a word where the service changes the protocol: Node drops the connection then.
    request.on('close', () => {
      signal.removeEventListener('abort', abort);
      if (!answer) reject(unanswered());
    });
    if (content === undefined || typeof content === 'string' || content instanceof Uint8Array)
      request.end(content);
    // What goes wrong with either is an error of the request, which is heard above.
    else pipeline(bytesOfKept(content), request).catch((error: Error) => request.destroy(error));
  });
}

/** As Node calls it, whatever the reason is. */
function aborted({ reason: cause }: AbortSignal): Error {
  return Object.assign(new Error('The operation was aborted', { cause }), {
    name: 'AbortError',
    code: 'ABORT_ERR',
  });
}

/** Ends a request whose connection takes too long. */
function limitConnecting(request: ClientRequest, ms: number): void {
  request.once('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => request.destroy(unconnected(ms)), ms);
    const stop = (): void => clearTimeout(timer);
    socket.once('connect', stop).once('close', stop);
  });
}

function unconnected(ms: number): StoreError {
  return new StoreError('Timeout', `no connection was made within ${ms} ms`, { unanswered: NOBODY_THERE });
}

function unanswered(): StoreError {
  return new StoreError('Unavailable', 'the connection was closed without an answer', {
    unanswered: CLOSED_AT_ONCE,
  });
}

function stalled(ms: number): StoreError {
  return new StoreError('Timeout', `nothing moved on the connection for ${ms} ms`, {
    unanswered: NOBODY_THERE,
  });
}
