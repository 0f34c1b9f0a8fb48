import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StoreError, type RetrySettings, type StoreDriver } from '@store/core';
import { checkOptionNames } from '@store/core/extend';
import { BytesInFlight, S3Face } from '@store/s3-server';
import { GatewayBuckets } from './gateway-buckets.js';
import type { GatewayLogEntry } from './log-entry.js';
import { GuardedBuckets } from './guarded-buckets.js';
import { Rights, type GatewayKey } from './rights.js';
import { serveRequest, type Access } from './served-request.js';
import type { StoreSource } from './store-source.js';

const MIB = 1024 * 1024;

/** Bodies are in memory while their digests are checked; larger objects come in parts. */
const DEFAULT_MAX_BODY_BYTES = 128 * MIB;
const DEFAULT_MAX_BYTES_IN_FLIGHT = 512 * MIB;
const DEFAULT_MAX_CONNECTIONS = 1000;

/** How often connections are looked at that are too slow, in milliseconds. */
const CHECK_INTERVAL_MS = 5_000;

export interface GatewayOptions {
  /** The drivers to serve, by the name of their bucket; `openDriver` makes them. They stay open when it closes. */
  readonly stores?: Readonly<Record<string, StoreDriver>> | undefined;
  /** Stores that clients see, make and remove while it runs; those of `stores` come before others of their name. */
  readonly source?: StoreSource | undefined;
  /** The keys that clients sign with, and what each may do. At least one. */
  readonly credentials: readonly GatewayKey[];
  /** The region that signatures have to name. Default `us-east-1`. */
  readonly region?: string | undefined;
  /** Default 127.0.0.1. There is no TLS: put a proxy with it in front for other networks. */
  readonly host?: string | undefined;
  /** Default 0: any free one. */
  readonly port?: number | undefined;
  /** Largest body of one request in bytes. Default 128 MiB. */
  readonly maxBodyBytes?: number | undefined;
  /**
   * Most bytes of bodies that all requests together hold in memory; who comes with more is told to slow down (503).
   * Default 512 MiB, or twice `maxBodyBytes` where that is more.
   */
  readonly maxBytesInFlight?: number | undefined;
  /** Most connections; more are closed when they come. Default 1000. */
  readonly maxConnections?: number | undefined;
  readonly timeouts?: GatewayTimeouts | undefined;
  /** Of batch deletes; everything else the client repeats. */
  readonly retry?: RetrySettings | undefined;
  /** Called when a request has been answered. */
  readonly onRequest?: ((entry: GatewayLogEntry) => void) | undefined;
}

/** How long the gateway waits, in milliseconds. */
export interface GatewayTimeouts {
  /** For the headers of a request, and for the first byte of a new connection. Default 20 seconds. */
  readonly headersMs?: number | undefined;
  /** For the next byte of a body, and for a client that does not read its answer. Default 30 seconds. */
  readonly idleMs?: number | undefined;
  /** For a whole request with its body. Default an hour. */
  readonly requestMs?: number | undefined;
  /**
   * For the store. Default five minutes; twelve times as long for requests that move the bytes of an object within
   * the store: copies, and the end of a multipart upload.
   */
  readonly storeMs?: number | undefined;
}

export interface Gateway extends AsyncDisposable {
  /** `http://127.0.0.1:9000` */
  readonly url: string;
  /** Ends all connections, and removes the parts of incomplete uploads that were kept here. */
  close(): Promise<void>;
}

const OPTIONS: Readonly<Record<keyof GatewayOptions, true>> = {
  stores: true,
  source: true,
  credentials: true,
  region: true,
  host: true,
  port: true,
  maxBodyBytes: true,
  maxBytesInFlight: true,
  maxConnections: true,
  timeouts: true,
  retry: true,
  onRequest: true,
};

const TIMEOUTS: Readonly<Record<keyof GatewayTimeouts, true>> = {
  headersMs: true,
  idleMs: true,
  requestMs: true,
  storeMs: true,
};

/**
 * Starts an S3-compatible server in front of stores. It knows the prefix-delete extension, so any S3 client that sends
 * `POST /bucket?delete&prefix=…` deletes by prefix, whatever the store.
 *
 * @throws StoreError `InvalidArgument` without credentials or stores, for options that it does not know, or when the largest body is more than all may hold
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  checkOptionNames('startGateway', options, OPTIONS);
  checkOptionNames('startGateway timeouts', options.timeouts, TIMEOUTS);
  const { credentials, region = 'us-east-1', host = '127.0.0.1', port = 0 } = options;
  const storeless = Object.keys(options.stores ?? {}).length === 0 && !options.source;
  if (credentials.length === 0 || storeless) {
    throw new StoreError('InvalidArgument', 'a gateway needs at least one store and one pair of keys');
  }
  if (credentials.some(({ accessKeyId, secretAccessKey }) => !accessKeyId || !secretAccessKey)) {
    throw new StoreError('InvalidArgument', 'a key of a gateway is empty: anybody could sign with it');
  }
  const { maxBodyBytes = DEFAULT_MAX_BODY_BYTES, timeouts = {}, onRequest } = options;
  const { maxBytesInFlight = Math.max(DEFAULT_MAX_BYTES_IN_FLIGHT, 2 * maxBodyBytes) } = options;
  if (maxBytesInFlight < maxBodyBytes) {
    throw new StoreError('InvalidArgument', 'maxBytesInFlight is less than maxBodyBytes: no body had room');
  }
  const { headersMs = 20_000, idleMs = 30_000, requestMs = 3_600_000, storeMs = 300_000 } = timeouts;
  const buckets = new GatewayBuckets(options.stores ?? {}, options.source, options.retry);
  // Parts are as small as the store takes them, and it looks at that itself.
  const quirks = { serverPrefixDelete: true, minPartBytes: 0, maxCopyBytes: Infinity };
  const face = new S3Face(buckets, {
    region,
    credentials,
    quirks,
    now: Date.now,
    maxBufferedBytes: maxBodyBytes,
    server: 'Store',
  });
  const access = accessTo(buckets, credentials);
  const inFlight = new BytesInFlight(maxBytesInFlight);
  const settings = {
    face,
    accessOf: (id: string) => access.get(id),
    inFlight,
    maxBodyBytes,
    idleMs,
    storeMs,
    onRequest,
  };
  const server = createServer(
    {
      // Node takes no longer one than for the whole.
      headersTimeout: Math.min(headersMs, requestMs),
      requestTimeout: requestMs,
      connectionsCheckingInterval: Math.min(CHECK_INTERVAL_MS, headersMs),
    },
    (message, response) => serveRequest(settings, message, response),
  );
  // Nobody is asked for a body whose signature is wrong.
  server.on('checkContinue', (message, response) =>
    serveRequest(settings, message, response, () => response.writeContinue()),
  );
  server.maxConnections = options.maxConnections ?? DEFAULT_MAX_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await buckets.close();
  };
  const shown = host.includes(':') ? `[${host}]` : host;
  return {
    // A server on TCP has such an address.
    url: `http://${shown}:${(server.address() as AddressInfo).port}`,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** By access key id. @throws StoreError `InvalidArgument` for an id that is there twice, or a place that is none */
function accessTo(buckets: GatewayBuckets, keys: readonly GatewayKey[]): ReadonlyMap<string, Access> {
  const access = new Map<string, Access>();
  for (const key of keys) {
    if (access.has(key.accessKeyId))
      throw new StoreError(
        'InvalidArgument',
        `the access key ${JSON.stringify(key.accessKeyId)} is there twice`,
      );
    const rights = new Rights(key);
    access.set(
      key.accessKeyId,
      rights.unlimited ? undefined : { rights, buckets: new GuardedBuckets(buckets, rights) },
    );
  }
  return access;
}
