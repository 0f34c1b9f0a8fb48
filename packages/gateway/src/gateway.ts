import { StoreError, type RetrySettings, type StoreDriver } from '@store/core';
import { checkOptionNames } from '@store/driver/extend';
import { BytesInFlight, RecentCompletions, S3Face, type CompletedUpload } from '@store/s3-server';
import { Cors } from './cors.js';
import { GatewayBuckets } from './gateway-buckets.js';
import { Listener, type TlsFiles } from './listener.js';
import type { GatewayLogEntry } from './log-entry.js';
import { GatewayMetrics } from './metrics.js';
import { GuardedBuckets } from './guarded-buckets.js';
import { Rights, type GatewayKey } from './rights.js';
import { serveRequest, type Access } from './served-request.js';
import { defaultSpool, SpoolDirectory } from './spool-directory.js';
import { answerHealth, answerMetrics, isHealthCheck } from './status-pages.js';
import type { StoreSource } from './store-source.js';
import { Traffic } from './traffic.js';

const MIB = 1024 * 1024;

/** As S3's: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
const DEFAULT_MAX_BODY_BYTES = 5 * 1024 * MIB;
const DEFAULT_MAX_BYTES_IN_FLIGHT = 512 * MIB;
const DEFAULT_MAX_SPOOL_BYTES = 64 * 1024 * MIB;
const DEFAULT_UPLOADS_EXPIRE_MS = 24 * 3_600_000;

/** What goes to stores that take no streams: objects in parts of so many bytes, and parts, where they take none from files, in one piece. */
const BUFFERING = { objectBytes: 8 * MIB, partBytes: 128 * MIB };

/** How often uploads are looked at that nobody goes on with, in milliseconds. */
const MAX_EXPIRY_INTERVAL_MS = 60_000;
const DEFAULT_MAX_CONNECTIONS = 1000;

/** Who reads metrics comes every few seconds, and alone. */
const MAX_METRICS_CONNECTIONS = 20;

export interface GatewayOptions {
  /** The drivers to serve, by the name of their bucket; `openDriver` makes them. They stay open when it closes. */
  readonly stores?: Readonly<Record<string, StoreDriver>> | undefined;
  /** Stores that clients see, make and remove while it runs; those of `stores` come before others of their name. */
  readonly source?: StoreSource | undefined;
  /** The keys that clients sign with, and what each may do. At least one. */
  readonly credentials: readonly GatewayKey[];
  /** The region that signatures have to name. Default `us-east-1`. */
  readonly region?: string | undefined;
  /** Default 127.0.0.1. For other networks give it a certificate (`tls`), or put a proxy with one in front. */
  readonly host?: string | undefined;
  /** Default 0: any free one. */
  readonly port?: number | undefined;
  /** Hosts whose subdomains are buckets: with `s3.example.com`, `bucket.s3.example.com`. Paths go on as they are. */
  readonly domains?: readonly string[] | undefined;
  /**
   * Pages of browsers that may use it: `https://app.example.com`, with one `*` for anything, or `*` for all. Default: none, as a
   * bucket of S3's without rules.
   */
  readonly cors?: readonly string[] | undefined;
  /** Speaks HTTPS with this certificate, and nothing else. */
  readonly tls?: TlsFiles | undefined;
  /**
   * Where Prometheus finds `/metrics`: a port of its own, without a key and without TLS, so that it is on loopback unless a
   * host is named. Default: nowhere.
   */
  readonly metrics?: { readonly port: number; readonly host?: string | undefined } | undefined;
  /** Largest body of one request in bytes. Default 5 GiB. */
  readonly maxBodyBytes?: number | undefined;
  /**
   * Smallest part of an upload but the last, in bytes; uploads with smaller ones are not completed (400 `EntityTooSmall`). What the
   * store wants itself applies in any case. No more than `maxBodyBytes`. Default 5 MiB, as S3's; 0: any.
   */
  readonly minPartBytes?: number | undefined;
  /**
   * Most bytes of bodies that all requests together hold in memory; who comes with more is told to slow down (503).
   * Bodies that are streamed count with 256 KiB. Default 512 MiB.
   */
  readonly maxBytesInFlight?: number | undefined;
  /**
   * Where parts of uploads are kept for stores that have none, and wait until other stores have taken them. Gateways can share it: what one leaves behind that was killed,
   * the next one removes. Default: a directory of this user in the system's temporary one.
   */
  readonly spoolDirectory?: string | undefined;
  /** Most bytes of parts in the spool; more are refused (507 `InsufficientStorage`). Default 64 GiB. */
  readonly maxSpoolBytes?: number | undefined;
  /** Uploads in the spool for which nothing was sent for so long are given up; milliseconds. Default 24 hours. */
  readonly uploadsExpireMs?: number | undefined;
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

export interface CloseOptions {
  /** How long requests in flight have to end, in milliseconds. Default 0: they are broken off. */
  readonly graceMs?: number | undefined;
}

export interface Gateway extends AsyncDisposable {
  /** `http://127.0.0.1:9000` */
  readonly url: string;
  /** Where `/metrics` is: `http://127.0.0.1:9100` */
  readonly metricsUrl: string | undefined;
  /** Takes no more connections, waits for requests in flight, and removes the parts of incomplete uploads that were kept here. */
  close(options?: CloseOptions): Promise<void>;
}

const OPTIONS: Readonly<Record<keyof GatewayOptions, true>> = {
  stores: true,
  source: true,
  credentials: true,
  region: true,
  host: true,
  port: true,
  tls: true,
  domains: true,
  cors: true,
  metrics: true,
  maxBodyBytes: true,
  minPartBytes: true,
  maxBytesInFlight: true,
  maxConnections: true,
  spoolDirectory: true,
  maxSpoolBytes: true,
  uploadsExpireMs: true,
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
 * @throws StoreError `InvalidArgument` without credentials or stores, for options that it does not know or that cannot be, or
 * where it cannot listen; `InvalidConfig` for a spool directory that cannot be written
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  checkOptions(options);
  const { credentials, region = 'us-east-1', host = '127.0.0.1', port = 0 } = options;
  const { maxBodyBytes = DEFAULT_MAX_BODY_BYTES, timeouts = {}, onRequest } = options;
  const { maxBytesInFlight = DEFAULT_MAX_BYTES_IN_FLIGHT } = options;
  const { maxSpoolBytes = DEFAULT_MAX_SPOOL_BYTES, uploadsExpireMs = DEFAULT_UPLOADS_EXPIRE_MS } = options;
  const { headersMs = 20_000, idleMs = 30_000, requestMs = 3_600_000, storeMs = 300_000 } = timeouts;
  const directory = new SpoolDirectory(options.spoolDirectory ?? defaultSpool());
  await directory.sweep();
  // Also over stores that need it for nothing now: what was named has to be right when a part comes.
  if (options.spoolDirectory !== undefined) await directory.check();
  const spooling = { directory, space: new BytesInFlight(maxSpoolBytes), expireMs: uploadsExpireMs };
  const { stores = {}, source, retry } = options;
  const onRetry = (): void => metrics.countRetry();
  const buckets = new GatewayBuckets(stores, source, { retry, onRetry, spooling });
  const quirks = {
    serverPrefixDelete: true,
    deleteConditions: true,
    anyWriteCondition: true,
    minPartBytes: options.minPartBytes,
    maxCopyBytes: Infinity,
  };
  const domains = (options.domains ?? []).map((domain) => domain.toLowerCase());
  const face = new S3Face(buckets, {
    domains,
    region,
    credentials,
    quirks,
    now: Date.now,
    buffering: {
      objectBytes: Math.min(BUFFERING.objectBytes, maxBytesInFlight),
      partBytes: Math.min(BUFFERING.partBytes, maxBytesInFlight),
    },
    server: 'Store',
    completions: new RecentCompletions<CompletedUpload>(),
  });
  const access = accessTo(buckets, credentials);
  const inFlight = new BytesInFlight(maxBytesInFlight);
  const settings = {
    face,
    accessOf: (id: string) => access.get(id),
    inFlight,
    maxBodyBytes,
    idleMs,
    headersMs,
    storeMs,
    policies: { credentials, region },
    domains,
    cors: new Cors(options.cors ?? []),
    traffic: new Traffic(),
    onRequest: (entry: GatewayLogEntry) => {
      metrics.count(entry);
      onRequest?.(entry);
    },
  };
  const limits = { headersMs, requestMs };
  const listener = new Listener({
    ...limits,
    tls: options.tls,
    maxConnections: options.maxConnections ?? DEFAULT_MAX_CONNECTIONS,
    serve: (message, response, goOn) =>
      isHealthCheck(message)
        ? answerHealth(response, listener.stopping)
        : serveRequest(settings, message, response, goOn),
  });
  const metrics = new GatewayMetrics({
    connections: () => listener.connections,
    requests: () => listener.requests,
    bytesInFlight: () => inFlight.held,
  });
  const beside = new Listener({
    ...limits,
    maxConnections: MAX_METRICS_CONNECTIONS,
    serve: (message, response) => {
      if (isHealthCheck(message)) answerHealth(response, listener.stopping);
      else answerMetrics(message, response, metrics).catch(() => response.destroy());
    },
  });
  const expiry = setInterval(
    () => {
      buckets.expireUploads().catch(() => undefined);
    },
    Math.min(MAX_EXPIRY_INTERVAL_MS, uploadsExpireMs),
  ).unref();
  const close = async ({ graceMs = 0 }: CloseOptions = {}): Promise<void> => {
    clearInterval(expiry);
    await listener.close(graceMs);
    await beside.close(0);
    await buckets.close();
    await directory.close();
  };
  try {
    const url = await listener.listen(port, host);
    const { port: metricsPort, host: metricsHost = '127.0.0.1' } = options.metrics ?? {};
    const metricsUrl = metricsPort === undefined ? undefined : await beside.listen(metricsPort, metricsHost);
    return { url, metricsUrl, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
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

/** @throws StoreError `InvalidArgument` */
function checkOptions(options: GatewayOptions): void {
  checkOptionNames('startGateway', options, OPTIONS);
  checkOptionNames('startGateway timeouts', options.timeouts, TIMEOUTS);
  const {
    credentials,
    stores = {},
    source,
    domains = [],
    maxBodyBytes = DEFAULT_MAX_BODY_BYTES,
    minPartBytes = 0,
  } = options;
  const storeless = Object.keys(stores).length === 0 && !source;
  if (credentials.length === 0 || storeless) {
    throw new StoreError('InvalidArgument', 'a gateway needs at least one store and one pair of keys');
  }
  if (credentials.some(({ accessKeyId, secretAccessKey }) => !accessKeyId || !secretAccessKey)) {
    throw new StoreError('InvalidArgument', 'a key of a gateway is empty: anybody could sign with it');
  }
  const unspoken = credentials.find(({ accessKeyId }) => !/^[!-+\--~]+$/.test(accessKeyId));
  if (unspoken) {
    const name = JSON.stringify(unspoken.accessKeyId);
    const message = `no client can sign with the access key ${name}: visible ASCII without a comma is what a header takes`;
    throw new StoreError('InvalidArgument', message);
  }
  if (domains.includes('')) throw new StoreError('InvalidArgument', 'a domain of a gateway is empty');
  if (!(maxBodyBytes >= 1))
    throw new StoreError('InvalidArgument', 'maxBodyBytes has to be 1 or more: no object had room');
  if (!(Number.isInteger(minPartBytes) && minPartBytes >= 0))
    throw new StoreError('InvalidArgument', 'minPartBytes has to be a whole number of bytes, 0 or more');
  if (minPartBytes > maxBodyBytes)
    throw new StoreError(
      'InvalidArgument',
      `minPartBytes (--min-part-size) is ${minPartBytes}, and no part can be larger than maxBodyBytes (--max-body), ${maxBodyBytes}: make the one smaller or the other larger`,
    );
}
