import {
  Agent as HttpAgent,
  request as httpRequest,
  type ClientRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { StoreError } from '@store/core';
import { MAX_ANSWER_BYTES, MAX_SHORT_ANSWER_BYTES, networkFailure, readAnswer } from '@store/kit';

/** What a call tells the transport; it travels through the SDK as its `ctx`. */
export interface TransportContext {
  readonly signal: AbortSignal;
  /** Hand a successful answer's body over as a stream. */
  readonly stream?: boolean | undefined;
  /** A success has no document: what is longer than a refusal is none. */
  readonly short?: boolean | undefined;
  /** How long nothing may move on the socket, in milliseconds: not while connecting, sending, waiting or receiving. */
  readonly idleMs: number;
  /** Told why there is no answer: of an error that passes through the SDK little is left. */
  readonly failed?: ((error: unknown) => void) | undefined;
}

export interface TransportResult {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The whole body, up to the kit's limits; empty when it is streamed. */
  readonly data: Buffer;
  readonly res: IncomingMessage;
}

interface TransportParameters {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly content?: string | Buffer | undefined;
  readonly ctx: TransportContext;
}

/**
 * Sends what the SDK has signed. It stands in for the SDK's own HTTP client (its option `urllib`), which runs paths
 * through `new URL()`: that resolves dot segments, so that deleting `a/../b` deletes `b`. It also knows no
 * `AbortSignal`, and shares its sockets with the whole process. Measured with ali-oss 6.23.
 */
export class Transport {
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  constructor(maxSockets: number) {
    this.#http = new HttpAgent({ keepAlive: true, maxSockets });
    this.#https = new HttpsAgent({ keepAlive: true, maxSockets });
  }

  /** As `urllib.request`. The URL is taken apart here, byte for byte. */
  readonly request = async (
    url: string,
    { method, headers, content, ctx }: TransportParameters,
  ): Promise<TransportResult> => {
    const [, protocol = '', authority = '', path = '/'] = /^(https?:)\/\/([^/?]+)(.*)$/s.exec(url) ?? [];
    const [, hostname = '', port] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? [];
    const secure = protocol === 'https:';
    const options: RequestOptions = {
      method,
      hostname,
      port,
      path,
      headers: { ...headers },
      signal: ctx.signal,
      timeout: ctx.idleMs,
      agent: secure ? this.#https : this.#http,
    };
    try {
      const res = await answerTo(secure ? httpsRequest(options) : httpRequest(options), content, ctx.idleMs);
      const { statusCode: status = 0 } = res;
      const streamed = ctx.stream === true && status < 300;
      const data = streamed ? Buffer.alloc(0) : await readWhole(res, status, ctx.short ?? false);
      return { status, headers: res.headers, data, res };
    } catch (thrown) {
      const error = asStoreError(thrown);
      ctx.failed?.(error);
      throw error;
    }
  };

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}

/** @throws StoreError `Corrupt` for a success that is too long; of such a refusal the status says enough */
async function readWhole(res: IncomingMessage, status: number, short: boolean): Promise<Buffer> {
  const isRefusal = status >= 300;
  try {
    return await readAnswer(res, isRefusal || short ? MAX_SHORT_ANSWER_BYTES : MAX_ANSWER_BYTES);
  } catch (error) {
    if (isRefusal && error instanceof StoreError) return Buffer.alloc(0);
    throw error;
  }
}

/** The beginning of the answer; its body ends with `Timeout` when it stops flowing. */
function answerTo(
  request: ClientRequest,
  content: string | Buffer | undefined,
  idleMs: number,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let answer: IncomingMessage | undefined;
    request.on('response', (res) => {
      answer = res;
      resolve(res);
    });
    // Of the socket: it counts what moves in both directions. A request that is destroyed throws its answer's body
    // away, so the answer is, once there is one.
    request.on('timeout', () => (answer ?? request).destroy(stalled(idleMs)));
    request.on('error', reject);
    // Without a word where the service changes the protocol: Node drops the connection then.
    request.on('close', () => reject(unanswered()));
    request.end(content);
  });
}

/** Failures of the network in the words of this library; an abort and all else as they are. */
export function asStoreError(thrown: unknown): unknown {
  if (thrown instanceof StoreError || !(thrown instanceof Error) || thrown.name === 'AbortError')
    return thrown;
  const { code: name }: NodeJS.ErrnoException = thrown;
  const known = networkFailure(name);
  // Of certificates, of TLS: the system's words are as good as any.
  const { code, message, ...details } = known ?? {
    code: 'Unavailable' as const,
    message: thrown.message.split('\n')[0] || 'the request failed',
    providerCode: name,
  };
  return new StoreError(code, message, { ...details, cause: thrown });
}

function unanswered(): StoreError {
  return new StoreError('Unavailable', 'the connection was closed without an answer', { provider: 'oss' });
}

function stalled(ms: number): StoreError {
  return new StoreError('Timeout', `nothing moved on the connection for ${ms} ms`, { provider: 'oss' });
}
