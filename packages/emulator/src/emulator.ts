import { type Credential, type Face, S3Face, type S3FaceSettings, type S3Quirks } from '@store/s3-server';
import { Buckets, type Bucket } from './buckets.js';
import type { Versioning } from '@store/s3-server';
import type { EmulatorOptions, FaceOptions } from './emulator-options.js';
import { FaceServer } from './face-server.js';
import { Faults, type FaultPlan } from './faults.js';
import { LoadModel, type Latency, type RateLimit } from './load-model.js';
import { checkEmulatorOptions } from './option-names.js';
import { OssFace } from './oss/face.js';
import { ZosFace } from './zos/face.js';
import { RequestLog } from './request-log.js';

/** What the S3 face of OSS does differently (documented, and reported by its users). */
const OSS_S3_QUIRKS: S3Quirks = {
  requireContentMd5: 'MissingArgument',
  rejectCrcTrailers: true,
  // Not documented of this face.
  noEncryption: true,
};

/** CTYUN OOS as documented (developer's guide, version 6), where it is not S3. */
const OOS_QUIRKS: S3Quirks = {
  // The code is not documented.
  requireContentMd5: 'InvalidRequest',
  rejectCrcTrailers: true,
  rejectChunked: true,
  listV1Only: true,
  alwaysNextMarker: true,
  slashDelimiter: true,
  lifecyclePrefixOnly: true,
  noLifecycleOverlap: true,
  noVersions: true,
  noTags: true,
  noConditionalPut: true,
  // Not documented.
  noEncryption: true,
  signatureV2: true,
};

/** The S3 endpoint of CTYUN ZOS: a RADOS Gateway (measured by its users). */
const ZOS_DATA_QUIRKS: S3Quirks = {
  rejectCrcTrailers: 'XAmzContentSHA256Mismatch',
  requireSignedPayload: true,
  digestOptional: true,
  ignoreDeleteConditions: true,
  // Documented of whole buckets alone.
  noEncryption: true,
  signatureV2: true,
  anyRegion: true,
};

/** The region of OOS's unified endpoint, `oos-cn.ctyunapi.cn`. */
const OOS_REGION = 'cn';

/** The URLs of the faces that were asked for. */
export interface Endpoints {
  readonly s3?: string;
  readonly oss?: string;
  readonly ossS3?: string;
  readonly zos?: string;
  readonly zosS3?: string;
  readonly oos?: string;
}

/** A running emulator. */
export interface Emulator extends AsyncDisposable {
  readonly endpoints: Endpoints;
  readonly credential: Credential;
  /** Of ZOS's S3 data plane; its JSON API gives it out. */
  readonly dataCredential: Credential;
  /** Of ZOS. */
  readonly regionId: string;
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
const DATA_CREDENTIAL: Credential = { accessKeyId: 'ZOS-AK', secretAccessKey: 'ZOS-SK' };
const DEFAULT_REGION_ID = '332232eb-63aa-465e-9028-52e5123866f0';

/**
 * Starts the faces asked for on loopback.
 *
 * @throws StoreError `InvalidArgument` when the fault plan is not one, or for options that it does not know
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  checkEmulatorOptions(options);
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
  const now = (): number => Date.now() + clockOffsetMs;
  const surroundings = { log, faults: () => faults, load: () => load, now };

  const servers: FaceServer[] = [];
  const serve = async (
    options: { readonly port?: number | undefined } | undefined,
    face: () => Face,
  ): Promise<string | undefined> => {
    if (!options) return undefined;
    const server = new FaceServer(face(), surroundings);
    servers.push(server);
    return `http://${host}:${await server.listen(options.port ?? 0, host)}`;
  };
  const serveS3 = (
    name: string,
    options: FaceOptions | undefined,
    base: S3Quirks = {},
    settings: Partial<S3FaceSettings> = {},
  ): Promise<string | undefined> => {
    const quirks = { ...base, ...options?.quirks };
    return serve(options, () => new S3Face(buckets, { name, region, credentials, quirks, now, ...settings }));
  };
  const s3 = await serveS3('s3', options.s3);
  const oss = await serve(options.oss, () => {
    const { quirks = {}, jobConfirmationMs } = options.oss ?? {};
    return new OssFace(buckets, { region, credentials, quirks, now, jobConfirmationMs });
  });
  const ossS3 = await serveS3('ossS3', options.ossS3, OSS_S3_QUIRKS);
  const oos = await serveS3('oos', options.oos, OOS_QUIRKS, { region: OOS_REGION });
  const zosS3 = await serveS3('zosS3', options.zosS3, ZOS_DATA_QUIRKS, { credentials: [DATA_CREDENTIAL] });
  const regionId = options.zos?.regionId ?? DEFAULT_REGION_ID;
  const dataPlane = zosS3 === undefined ? undefined : { endpoint: zosS3, credential: DATA_CREDENTIAL };
  const zos = await serve(
    options.zos,
    () => new ZosFace(buckets, { credentials, regionId, quirks: options.zos?.quirks ?? {}, now, dataPlane }),
  );
  const found = { s3, oss, ossS3, zos, zosS3, oos };
  const endpoints: Endpoints = Object.fromEntries(
    Object.entries(found).filter(([, endpoint]) => endpoint !== undefined),
  );

  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.close()));
  };
  return {
    endpoints,
    credential,
    dataCredential: DATA_CREDENTIAL,
    regionId,
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
