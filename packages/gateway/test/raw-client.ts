import { createHash, createHmac } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export const KEYS = { accessKeyId: 'GATEWAY', secretAccessKey: 'secret' };

/** An answer as it stood on the wire. */
export interface RawAnswer {
  readonly status: number;
  /** By lower-case name; values one character for each byte. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** Of an error document. */
  readonly code: string | undefined;
}

/** A connection that says exactly what it is told to. */
export class RawClient {
  readonly #socket: Socket;
  #received = '';
  #closed = false;
  #waiting: (() => void)[] = [];

  constructor(url: string) {
    this.#socket = connect(Number(new URL(url).port), '127.0.0.1');
    this.#socket.on('data', (chunk: Buffer) => {
      this.#received += chunk.toString('latin1');
      this.#wake();
    });
    // A reset is one way of being closed.
    this.#socket.on('error', () => undefined);
    this.#socket.on('close', () => {
      this.#closed = true;
      this.#wake();
    });
  }

  get received(): string {
    return this.#received;
  }

  send(data: string | Uint8Array): void {
    if (!this.#closed) this.#socket.write(typeof data === 'string' ? Buffer.from(data, 'latin1') : data);
  }

  /** Sends for ever. @returns how many bytes the other side took until the connection was closed */
  async flood(chunk: Uint8Array, maxBytes: number): Promise<number> {
    let taken = 0;
    while (!this.#closed && taken < maxBytes) {
      // A socket that is closed calls back with an error.
      const written = await new Promise<boolean>((resolve) => {
        this.#socket.write(chunk, (error) => resolve(!error));
      });
      if (!written) break;
      taken += chunk.length;
    }
    return taken;
  }

  /** Says that nothing more comes, and still listens. */
  finish(): void {
    this.#socket.end();
  }

  /** Does not read what the other side says, until it is told to. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** The next answer, interim ones left out. @throws Error when the connection is closed without one */
  async answer(bodiless = false): Promise<RawAnswer> {
    for (;;) {
      const answer = this.#read(bodiless);
      if (answer) return answer;
      if (this.#closed) throw new Error(`no answer, but ${JSON.stringify(this.#received.slice(0, 200))}`);
      await this.#change();
    }
  }

  /** Waits until the other side has closed the connection. */
  async closed(): Promise<void> {
    while (!this.#closed) await this.#change();
  }

  #read(bodiless: boolean): RawAnswer | undefined {
    const [, head = '', status = ''] = /^(HTTP\/1\.1 (\d{3})[^]*?\r\n)\r\n/.exec(this.#received) ?? [];
    if (head === '') return undefined;
    const headers = new Map(
      head
        .split('\r\n')
        .slice(1, -1)
        .map((line) => {
          const at = line.indexOf(':');
          return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const;
        }),
    );
    const rest = this.#received.slice(head.length + 2);
    const length = bodiless || status === '100' ? 0 : Number(headers.get('content-length') ?? 0);
    if (rest.length < length) return undefined;
    this.#received = rest.slice(length);
    if (status === '100') return this.#read(bodiless);
    const body = rest.slice(0, length);
    return { status: Number(status), headers, body, code: /<Code>(\w+)<\/Code>/.exec(body)?.[1] };
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #wake(): void {
    for (const one of this.#waiting.splice(0)) one();
  }
}

export interface SignedRequest {
  readonly method: string;
  /** Percent-encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What `x-amz-content-sha256` says; default `UNSIGNED-PAYLOAD`. */
  readonly payload?: string | undefined;
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly now?: Date | undefined;
}

export interface Signature {
  /** The request as text, up to the empty line. */
  readonly head: string;
  readonly signature: string;
  /** Signs what follows in chunks. */
  readonly sign: (text: string) => string;
  readonly scope: string;
  readonly date: string;
}

/** Signs a request by AWS's specification, apart from the code under test. */
export function signed(request: SignedRequest): Signature {
  const { method, path, query = {}, payload = 'UNSIGNED-PAYLOAD', now = new Date() } = request;
  const date = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const headers: Record<string, string> = {
    host: 'gateway',
    'x-amz-content-sha256': payload,
    'x-amz-date': date,
    ...request.headers,
  };
  const names = Object.keys(headers).sort();
  const parameters = sorted(query);
  const canonical = [
    method,
    path,
    parameters,
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    payload,
  ].join('\n');
  let key: Buffer = Buffer.from(`AWS4${request.secretAccessKey ?? KEYS.secretAccessKey}`);
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  const sign = (text: string): string => createHmac('sha256', key).update(text).digest('hex');
  const signature = sign(['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n'));
  const authorization = `AWS4-HMAC-SHA256 Credential=${request.accessKeyId ?? KEYS.accessKeyId}/${scope},SignedHeaders=${names.join(';')},Signature=${signature}`;
  const lines = Object.entries({ ...headers, authorization }).map(([name, value]) => `${name}: ${value}\r\n`);
  const target = parameters === '' ? path : `${path}?${parameters}`;
  return { head: `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`, signature, sign, scope, date };
}

/** Sends a request on a connection of its own, and takes its answer. */
export async function exchange(url: string, ...data: readonly (string | Uint8Array)[]): Promise<RawAnswer> {
  const client = new RawClient(url);
  for (const one of data) client.send(one);
  const [head] = data;
  try {
    return await client.answer(typeof head === 'string' && head.startsWith('HEAD '));
  } finally {
    client.destroy();
  }
}

/** Sends a signed request with its body and says how long that is, unless the headers of the request do. */
export function askGateway(
  { url }: { readonly url: string },
  request: SignedRequest,
  body: string | Uint8Array = '',
): Promise<RawAnswer> {
  const headers = { 'content-length': String(Buffer.byteLength(body)), ...request.headers };
  return exchange(url, signed({ ...request, headers }).head, Buffer.from(body));
}

/**
 * A request by a presigned URL, as text up to the empty line.
 *
 * @param unsigned headers that the URL says nothing of
 */
export function presign(request: SignedRequest, unsigned: Readonly<Record<string, string>> = {}): string {
  const { method, path, now = new Date() } = request;
  const date = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `${date.slice(0, 8)}/us-east-1/s3/aws4_request`;
  const headers: Record<string, string> = { host: 'gateway', ...request.headers };
  const names = Object.keys(headers).sort();
  const query = {
    ...request.query,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${KEYS.accessKeyId}/${scope}`,
    'X-Amz-Date': date,
    'X-Amz-Expires': '60',
    'X-Amz-SignedHeaders': names.join(';'),
  };
  const parameters = sorted(query);
  const fields = names.map((name) => `${name}:${headers[name]}`);
  const canonical = [method, path, parameters, ...fields, '', names.join(';'), 'UNSIGNED-PAYLOAD'].join('\n');
  let key: Buffer = Buffer.from(`AWS4${request.secretAccessKey ?? KEYS.secretAccessKey}`);
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  const signature = createHmac('sha256', key)
    .update(['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n'))
    .digest('hex');
  const lines = Object.entries({ ...headers, ...unsigned }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path}?${parameters}&X-Amz-Signature=${signature} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function sorted(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
