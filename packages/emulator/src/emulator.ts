import type { Credential } from './auth/sigv4.js';
import { Buckets, type Bucket, type Versioning } from './buckets.js';
import type { Face } from './face.js';
import { FaceServer } from './face-server.js';
import { Faults, type FaultPlan } from './faults.js';
import { LoadModel, type Latency, type RateLimit } from './load-model.js';
import { OssFace } from './oss/face.js';
import { RequestLog, type LogEntry } from './request-log.js';
import { S3Face } from './s3/face.js';
import type { S3Quirks } from './s3/quirks.js';

/** One of the APIs, on a port of its own. */
export interface FaceOptions {
  readonly port?: number | undefined;
  readonly quirks?: S3Quirks | undefined;
}

/** What the S3 face of OSS does differently (documented, and reported by its users). */
const OSS_S3_QUIRKS: S3Quirks = {
  requireContentMd5: 'MissingArgument',
  rejectCrcTrailers: true,
};

export interface EmulatorOptions {
  /** The S3 API; ports are 0 (the default) for any free one. */
  readonly s3?: FaceOptions | undefined;
  /** Alibaba Cloud OSS's own API. */
  readonly oss?: FaceOptions | undefined;
  /** OSS's S3-compatible face: SigV4, Content-MD5 demanded with batches, no checksum trailers. */
  readonly ossS3?: FaceOptions | undefined;
  /** Default: one, `AK` and `SK`. */
  readonly credentials?: readonly Credential[] | undefined;
  /** Default `us-east-1`. */
  readonly region?: string | undefined;
  /** Buckets that are there from the start. */
  readonly buckets?:
    readonly (string | { readonly name: string; readonly versioning: Versioning })[] | undefined;
  readonly latency?: Latency | undefined;
  readonly rate?: RateLimit | undefined;
  readonly faults?: FaultPlan | undefined;
  /** How far the server's clock is ahead of this machine's, in milliseconds. */
  readonly clockOffsetMs?: number | undefined;
  /** Called with each line of the request log. */
  readonly onRequest?: ((entry: LogEntry) => void) | undefined;
  /** Default 127.0.0.1. The emulator is not made for other networks than this machine. */
  readonly host?: string | undefined;
}

/** The URLs of the faces that were asked for. */
export interface Endpoints {
  readonly s3?: string;
  readonly oss?: string;
  readonly ossS3?: string;
}

/** A running emulator. */
export interface Emulator extends AsyncDisposable {
  readonly endpoints: Endpoints;
  readonly credential: Credential;
  readonly region: string;
  readonly log: RequestLog;
  /** A bucket, for looking into it and for filling it. @throws Error when there is none */
  bucket(name: string): Bucket;
  createBucket(name: string, versioning?: Versioning): Bucket;
  /** Replaces the fault plan. @throws StoreError `InvalidArgument` */
  setFaults(plan: FaultPlan): void;
  /** Replaces latency and rate limit. */
  setLoad(latency?: Latency, rate?: RateLimit): void;
  /** How many connections clients hold open. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

const DEFAULT_CREDENTIAL: Credential = { accessKeyId: 'AK', secretAccessKey: 'SK' };

/**
 * Starts the faces asked for on loopback.
 *
 * @throws StoreError `InvalidArgument` when the fault plan is not one
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { host = '127.0.0.1', region = 'us-east-1', clockOffsetMs = 0 } = options;
  const credentials = options.credentials ?? [DEFAULT_CREDENTIAL];
  const [credential = DEFAULT_CREDENTIAL] = credentials;
  const buckets = new Buckets();
  for (const one of options.buckets ?? []) {
    if (typeof one === 'string') buckets.create(one);
    else buckets.create(one.name, one.versioning);
  }
  const log = new RequestLog(options.onRequest);
  let faults = new Faults(options.faults);
  let load = new LoadModel(options.latency, options.rate);
  const surroundings = { log, faults: () => faults, load: () => load };

  const servers: FaceServer[] = [];
  const now = (): number => Date.now() + clockOffsetMs;
  const serve = async (
    options: FaceOptions | undefined,
    face: (quirks: S3Quirks) => Face,
  ): Promise<string | undefined> => {
    if (!options) return undefined;
    const server = new FaceServer(face(options.quirks ?? {}), surroundings);
    servers.push(server);
    return `http://${host}:${await server.listen(options.port ?? 0, host)}`;
  };
  const s3 = await serve(options.s3, (quirks) => new S3Face(buckets, { region, credentials, quirks, now }));
  const oss = await serve(
    options.oss,
    (quirks) => new OssFace(buckets, { region, credentials, quirks, now }),
  );
  const ossS3 = await serve(
    options.ossS3,
    (quirks) => new S3Face(buckets, { region, credentials, quirks: { ...OSS_S3_QUIRKS, ...quirks }, now }),
  );
  const endpoints: Endpoints = { ...(s3 && { s3 }), ...(oss && { oss }), ...(ossS3 && { ossS3 }) };

  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
  };
  return {
    endpoints,
    credential,
    region,
    log,
    bucket(name) {
      const bucket = buckets.find(name);
      if (!bucket) throw new Error(`the emulator has no bucket ${JSON.stringify(name)}`);
      return bucket;
    },
    createBucket: (name, versioning) => buckets.create(name, versioning),
    setFaults(plan) {
      faults = new Faults(plan);
    },
    setLoad(latency, rate) {
      load = new LoadModel(latency, rate);
    },
    async connections() {
      const counts = await Promise.all(servers.map((server) => server.connections()));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
