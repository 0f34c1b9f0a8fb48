export type { Credential } from './auth/sigv4.js';
export type { Bucket, Versioning } from './buckets.js';
export {
  startEmulator,
  type Emulator,
  type EmulatorOptions,
  type Endpoints,
  type FaceOptions,
  type ZosFaceOptions,
} from './emulator.js';
export type { FaultEffect, FaultPlan, FaultRule } from './faults.js';
export type { Answer } from './http/answer.js';
export type { Latency, RateLimit } from './load-model.js';
export type { LogEntry, RequestLog } from './request-log.js';
export type { S3Quirks } from './s3/quirks.js';
export type { ZosQuirks } from './zos/quirks.js';
