export type { Bucket } from './buckets.js';
export type { Credential, S3Quirks, Versioning, WholeAnswer as Answer } from '@store/s3-server';
export type { EmulatorOptions, FaceOptions, ZosFaceOptions } from './emulator-options.js';
export { startEmulator, type Emulator, type Endpoints } from './emulator.js';
export type { FaultEffect, FaultPlan, FaultRule } from './faults.js';
export type { Latency, RateLimit } from './load-model.js';
export { evenPartitions } from './partitions.js';
export type { LogEntry, RequestLog } from './request-log.js';
export type { ZosQuirks } from './zos/quirks.js';
