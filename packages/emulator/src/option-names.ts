import { checkOptionNames } from '@store/driver/extend';
import type { S3Quirks } from '@store/s3-server';
import type { EmulatorOptions, OssFaceOptions, ZosFaceOptions } from './emulator-options.js';
import type { Latency, RateLimit } from './load-model.js';
import type { ZosQuirks } from './zos/quirks.js';

type Names<Options> = Readonly<Record<keyof Options, true>>;

const EMULATOR: Names<EmulatorOptions> = {
  s3: true,
  oss: true,
  ossS3: true,
  zos: true,
  zosS3: true,
  oos: true,
  credentials: true,
  region: true,
  buckets: true,
  latency: true,
  rate: true,
  faults: true,
  clockOffsetMs: true,
  onRequest: true,
  host: true,
};

const S3_FACE = { port: true, quirks: true } as const;
const OSS_FACE: Names<OssFaceOptions> = { ...S3_FACE, jobConfirmationMs: true };
const ZOS_FACE: Names<ZosFaceOptions> = { port: true, quirks: true, regionId: true };
const LATENCY: Names<Latency> = { baseMs: true, jitterMs: true, perKeyMs: true };
const RATE: Names<RateLimit> = {
  writesPerSecond: true,
  burst: true,
  depth: true,
  partitions: true,
  refuses: true,
};

const S3_QUIRKS: Names<S3Quirks> = {
  requireContentMd5: true,
  deleteConditions: true,
  anyWriteCondition: true,
  digestOptional: true,
  rejectCrcTrailers: true,
  rejectChunked: true,
  requireSignedPayload: true,
  signatureV2: true,
  anyRegion: true,
  rejectChecksumHeaders: true,
  serverPrefixDelete: true,
  noBatchDelete: true,
  maxBatchKeys: true,
  listV1Only: true,
  startAfter: true,
  inclusiveMarker: true,
  slashDelimiter: true,
  noVersions: true,
  lifecyclePrefixOnly: true,
  noLifecycleOverlap: true,
  noTags: true,
  ignoreEncodingType: true,
  ignoreDeleteConditions: true,
  noConditionalPut: true,
  noEncryption: true,
  quietAnswersEmpty: true,
  silentFailures: true,
  numericReferences: true,
  alwaysNextMarker: true,
  encodesSpaces: true,
  standardClass: true,
  minPartBytes: true,
  maxCopyBytes: true,
  mfaDelete: true,
  requesterPays: true,
  owner: true,
};

const ZOS_QUIRKS: Names<ZosQuirks> = {
  date: true,
  gatewayStatus: true,
  businessStatus: true,
  statusCodeAsText: true,
  noErrorCode: true,
  requestCharged: true,
  quietDeleted: true,
  omitsPrefixVersions: true,
  encodedKeys: true,
  omitsEmptyLists: true,
  nextMarker: true,
  inclusiveUploadMarker: true,
  versionsPage: true,
};

/**
 * Refuses options that are misspelt: a switch that is not there would make a test pass that should not.
 *
 * @throws StoreError `InvalidArgument`
 */
export function checkEmulatorOptions(options: EmulatorOptions): void {
  checkOptionNames('startEmulator', options, EMULATOR);
  for (const name of ['s3', 'ossS3', 'zosS3', 'oos'] as const) {
    checkOptionNames(`the emulator's ${name}`, options[name], S3_FACE);
    checkOptionNames(`the quirks of ${name}`, options[name]?.quirks, S3_QUIRKS);
  }
  checkOptionNames("the emulator's oss", options.oss, OSS_FACE);
  checkOptionNames('the quirks of oss', options.oss?.quirks, S3_QUIRKS);
  checkOptionNames("the emulator's zos", options.zos, ZOS_FACE);
  checkOptionNames('the quirks of zos', options.zos?.quirks, ZOS_QUIRKS);
  checkOptionNames("the emulator's latency", options.latency, LATENCY);
  checkOptionNames("the emulator's rate", options.rate, RATE);
}
