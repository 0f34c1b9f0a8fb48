import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { StoreError, type RetrySettings, type StoreDriver } from '@store/core';
import {
  Query,
  readIncoming,
  S3Face,
  sendAnswer,
  toServiceError,
  type Account,
  type Answer,
  type Buckets,
  type Credential,
  type Incoming,
} from '@store/s3-server';
import { GatewayBucket } from './gateway-bucket.js';

/** Bodies are in memory while their digests are checked; larger objects come in parts. */
const DEFAULT_MAX_BODY_BYTES = 128 * 1024 * 1024;

/** How long a request may take to arrive, in milliseconds. */
const REQUEST_TIMEOUT_MS = 3_600_000;

export interface GatewayOptions {
  /** The drivers to serve, by the name of their bucket; `openDriver` makes them. They stay open when it closes. */
  readonly stores: Readonly<Record<string, StoreDriver>>;
  /** The keys that clients sign with. At least one. */
  readonly credentials: readonly Credential[];
  /** The region that signatures have to name. Default `us-east-1`. */
  readonly region?: string | undefined;
  /** Default 127.0.0.1. There is no TLS: put a proxy with it in front for other networks. */
  readonly host?: string | undefined;
  /** Default 0: any free one. */
  readonly port?: number | undefined;
  /** Largest body of one request in bytes. Default 128 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /** Of batch deletes; everything else the client repeats. */
  readonly retry?: RetrySettings | undefined;
  /** Called when a request has been answered. */
  readonly onRequest?: ((entry: GatewayLogEntry) => void) | undefined;
}

/** One request, for a log. */
export interface GatewayLogEntry extends Account {
  readonly method: string;
  readonly operation: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
  readonly status: number;
  /** The S3 error code, when it was refused. */
  readonly code: string | undefined;
  readonly elapsedMs: number;
}

export interface Gateway extends AsyncDisposable {
  /** `http://127.0.0.1:9000` */
  readonly url: string;
  /** Ends all connections, and removes the parts of incomplete uploads that were kept here. */
  close(): Promise<void>;
}

/**
 * Starts an S3-compatible server in front of stores. It knows the prefix-delete extension, so any S3 client that sends
 * `POST /bucket?delete&prefix=…` deletes by prefix, whatever the store.
 *
 * @throws StoreError `InvalidArgument` without credentials or stores
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { credentials, region = 'us-east-1', host = '127.0.0.1', port = 0 } = options;
  if (credentials.length === 0 || Object.keys(options.stores).length === 0) {
    throw new StoreError('InvalidArgument', 'a gateway needs at least one store and one pair of keys');
  }
  const buckets = Object.entries(options.stores).map(
    ([name, driver]) => new GatewayBucket(name, driver, options.retry),
  );
  const served: Buckets = {
    find: (name) => buckets.find((bucket) => bucket.name === name),
    all: () => buckets,
  };
  // Parts are as small as the store takes them, and it looks at that itself.
  const quirks = { serverPrefixDelete: true, minPartBytes: 0, maxCopyBytes: Infinity };
  const face = new S3Face(served, { region, credentials, quirks, now: Date.now });
  const server = createServer((message, response) => {
    serve(face, options, message, response).catch(() => message.destroy());
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await Promise.all(buckets.map((bucket) => bucket.close()));
  };
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    // A server on TCP has such an address.
    url: `http://${shown}:${(server.address() as AddressInfo).port}`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function serve(
  face: S3Face,
  { onRequest, maxBodyBytes = DEFAULT_MAX_BODY_BYTES }: GatewayOptions,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const startedAt = Date.now();
  const requestId = randomUUID();
  for (const [name, value] of Object.entries(face.idHeaders(requestId))) response.setHeader(name, value);
  const entry: Account = {};
  let request: Incoming | undefined;
  let about = {
    operation: 'Unknown',
    bucket: undefined as string | undefined,
    key: undefined as string | undefined,
  };
  let answer: Answer;
  let code: string | undefined;
  try {
    request = await readIncoming(message, maxBodyBytes);
    const subject = face.identify(request);
    about = subject;
    answer = await face.answer({
      request,
      subject,
      entry,
      refusalOf: () => undefined,
      admit: (keys) => keys.length,
    });
  } catch (error) {
    if (message.destroyed && !request) return;
    const refused = request ?? { rawPath: message.url ?? '', headers: new Map(), query: Query.parse('') };
    answer = face.refuse(error, refused, requestId);
    code = toServiceError(error).code;
    // What is left of a body that was too large is thrown away: whoever still writes would not read the answer.
    if (!request) {
      response.setHeader('connection', 'close');
      message.resume();
    }
  }
  await sendAnswer(response, answer, message.method === 'HEAD');
  const { status } = answer;
  const method = message.method ?? '';
  onRequest?.({ method, ...about, ...entry, status, code, elapsedMs: Date.now() - startedAt });
}
