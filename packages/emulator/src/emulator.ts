import type { Credential } from './auth/sigv4.js';
import { Buckets, type Bucket, type Versioning } from './buckets.js';
import { FaceServer } from './face-server.js';
import { Faults, type FaultPlan } from './faults.js';
import { LoadModel, type Latency, type RateLimit } from './load-model.js';
import { RequestLog, type LogEntry } from './request-log.js';
import { S3Face } from './s3/face.js';
import type { S3Quirks } from './s3/quirks.js';

export interface EmulatorOptions {
  /** The S3 face; its port, 0 (the default) for any free one. */
  readonly s3?: { readonly port?: number | undefined; readonly quirks?: S3Quirks | undefined } | undefined;
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

/** A running emulator. */
export interface Emulator extends AsyncDisposable {
  readonly endpoints: { readonly s3?: string };
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
  const endpoints: { s3?: string } = {};
  if (options.s3) {
    const quirks = options.s3.quirks ?? {};
    const now = (): number => Date.now() + clockOffsetMs;
    const server = new FaceServer(new S3Face(buckets, { region, credentials, quirks, now }), surroundings);
    servers.push(server);
    endpoints.s3 = `http://${host}:${await server.listen(options.s3.port ?? 0, host)}`;
  }

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
