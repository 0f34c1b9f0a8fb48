import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';

/** What a call tells the transport; it travels through the SDK as its `ctx`. */
export interface TransportContext {
  readonly signal: AbortSignal;
  /** Hand a successful answer's body over as a stream. */
  readonly stream?: boolean | undefined;
}

export interface TransportResult {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly data: Buffer;
  readonly res: IncomingMessage;
}

/** The SDK keeps what it knows as an error of the network: one with a status of -1. Of any other it keeps nothing. */
function asNetworkError(error: NodeJS.ErrnoException): Error {
  const name = error.name === 'AbortError' ? error.name : (error.code ?? error.name);
  return Object.assign(error, { name, status: -1 });
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
    const options: RequestOptions = {
      method,
      hostname,
      port,
      path,
      headers: { ...headers },
      signal: ctx.signal,
      agent: protocol === 'https:' ? this.#https : this.#http,
    };
    const res = await new Promise<IncomingMessage>((resolve, reject) => {
      const send = protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send(options, resolve);
      request.on('error', (error: NodeJS.ErrnoException) => reject(asNetworkError(error)));
      request.end(content);
    });
    const { statusCode: status = 0 } = res;
    const streamed = ctx.stream === true && status < 300;
    const data = streamed ? Buffer.alloc(0) : await buffer(res);
    return { status, headers: res.headers, data, res };
  };

  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }
}
