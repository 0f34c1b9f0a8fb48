import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import type { S3Quirks } from '@store/s3-server';
import { Command, InvalidArgumentError, Option } from 'commander';
import { compareKeys, StoreError } from '@store/core';
import type { Versioning } from '@store/s3-server';
import type { EmulatorOptions } from './emulator-options.js';
import { startEmulator } from './emulator.js';
import type { FaultPlan } from './faults.js';
import { evenPartitions } from './partitions.js';

interface Flags {
  readonly s3?: number;
  readonly oss?: number;
  readonly ossS3?: number;
  readonly zos?: number;
  readonly zosS3?: number;
  readonly oos?: number;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly sessionToken?: string;
  readonly region: string;
  readonly bucket: readonly string[];
  readonly versioning: Versioning;
  readonly seed?: readonly Seed[];
  readonly requireContentMd5?: boolean;
  readonly rejectCrcTrailers?: boolean;
  readonly rejectChecksumHeaders?: boolean;
  readonly batchDelete: boolean;
  readonly listV1Only?: boolean;
  readonly ignoreEncodingType?: boolean;
  readonly ignoreDeleteConditions?: boolean;
  readonly conditionalPut: boolean;
  readonly latency?: { readonly baseMs: number; readonly jitterMs: number };
  readonly latencyPerKey?: number;
  readonly rate?: number;
  readonly partitions?: number;
  readonly rateRefuses: 'request' | 'keys';
  readonly faults?: string;
  readonly jsonLog?: string;
}

interface Seed {
  readonly bucket: string;
  readonly prefix: string;
  readonly count: number;
}

/** The `store-emulator` command: starts the emulator, prints its endpoints as a line of JSON, and runs until SIGTERM or SIGINT. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    await program().parseAsync(args, { from: 'user' });
  } catch (error) {
    const message = error instanceof StoreError || isSystemError(error) ? error.message : undefined;
    if (message === undefined) throw error;
    process.stderr.write(`store-emulator: ${message}\n`);
    process.exitCode = 2;
  }
}

function program(): Command {
  return new Command('store-emulator')
    .description(
      'Strict object-store servers for loopback. What is stored is kept in memory and forgotten at the end.',
    )
    .option('--s3 <port>', 'serve the S3 API on this port; 0 for any free one', integer)
    .option('--oss <port>', 'serve the API of Alibaba Cloud OSS', integer)
    .option('--oss-s3 <port>', 'serve the S3-compatible API of OSS', integer)
    .option('--zos <port>', 'serve the JSON API of CTYUN ZOS', integer)
    .option('--zos-s3 <port>', 'serve the S3 data plane of ZOS', integer)
    .option('--oos <port>', 'serve the API of CTYUN OOS', integer)
    .option('--access-key <id>', 'access key id', 'AK')
    .option('--secret-key <key>', 'secret access key', 'SK')
    .option('--session-token <token>', 'the token that requests have to carry')
    .option('--region <name>', 'the region that signatures have to name', 'us-east-1')
    .option('--bucket <name>', 'a bucket that is there; can be repeated', list, [])
    .addOption(
      new Option('--versioning <state>', 'of these buckets')
        .choices(['off', 'enabled', 'suspended'])
        .default('off'),
    )
    .option('--seed <bucket/prefix=count>', 'empty objects that are there; can be repeated', seeds)
    .optionsGroup('Where the service differs from AWS:')
    .option('--require-content-md5', 'DeleteObjects takes no other digest')
    .option('--reject-crc-trailers', 'no aws-chunked bodies with trailers')
    .option('--reject-checksum-headers', 'no x-amz-checksum-* headers')
    .option('--no-batch-delete', 'no DeleteObjects')
    .option('--list-v1-only', 'no ListObjectsV2')
    .option('--ignore-encoding-type', 'listings are never encoded')
    .option('--ignore-delete-conditions', 'deletes with a condition delete anyway')
    .option('--no-conditional-put', 'no If-None-Match and If-Match on writes')
    .optionsGroup('Load and faults:')
    .option('--latency <ms[:jitter]>', 'of every request', latency)
    .option('--latency-per-key <ms>', 'of each key of a batch delete', number)
    .option('--rate <n>', 'keys written or deleted a second under one prefix', number)
    .option('--partitions <n>', 'ranges of the seeded keys, of equal size: --rate is that of each', count)
    .addOption(
      new Option('--rate-refuses <what>', 'whole requests, or the keys that are too many')
        .choices(['request', 'keys'])
        .default('request'),
    )
    .option('--faults <file>', 'a fault plan in JSON')
    .option('--json-log <file>', 'write each request to this file, as a line of JSON')
    .action(serve);
}

async function serve(flags: Flags): Promise<void> {
  const log = flags.jsonLog === undefined ? undefined : createWriteStream(flags.jsonLog);
  const options = await optionsOf(flags);
  const emulator = await startEmulator({
    ...options,
    onRequest: log && ((entry) => log.write(`${JSON.stringify(entry)}\n`)),
  });
  for (const { bucket, prefix, count } of flags.seed ?? [])
    await emulator.bucket(bucket).seed(numbered(prefix, count));
  if (options.rate && flags.partitions !== undefined) {
    const keys = (flags.seed ?? []).flatMap(({ prefix, count }) => [...numbered(prefix, count)]);
    const partitions = evenPartitions(keys.sort(compareKeys), flags.partitions);
    emulator.setLoad(options.latency, { ...options.rate, partitions });
  }
  process.stdout.write(`${JSON.stringify({ endpoints: emulator.endpoints, pid: process.pid })}\n`);
  await untilSignal();
  await emulator.close();
  log?.end();
  if (log) await finished(log);
}

async function optionsOf(flags: Flags): Promise<EmulatorOptions> {
  const { accessKey, secretKey, sessionToken, latencyPerKey: perKeyMs, rate } = flags;
  if (flags.partitions !== undefined && rate === undefined)
    throw new StoreError('InvalidArgument', '--partitions needs --rate: what each of them takes');
  const quirks: S3Quirks = {
    requireContentMd5: flags.requireContentMd5 ? 'InvalidRequest' : false,
    rejectCrcTrailers: flags.rejectCrcTrailers,
    rejectChecksumHeaders: flags.rejectChecksumHeaders,
    noBatchDelete: !flags.batchDelete,
    listV1Only: flags.listV1Only,
    ignoreEncodingType: flags.ignoreEncodingType,
    ignoreDeleteConditions: flags.ignoreDeleteConditions,
    noConditionalPut: !flags.conditionalPut,
  };
  return {
    s3: flags.s3 === undefined ? undefined : { port: flags.s3, quirks },
    oss: face(flags.oss),
    ossS3: face(flags.ossS3),
    zos: face(flags.zos),
    zosS3: face(flags.zosS3),
    oos: face(flags.oos),
    credentials: [{ accessKeyId: accessKey, secretAccessKey: secretKey, sessionToken }],
    region: flags.region,
    buckets: flags.bucket.map((name) => ({ name, versioning: flags.versioning })),
    latency: { ...flags.latency, perKeyMs },
    rate: rate === undefined ? undefined : { writesPerSecond: rate, refuses: flags.rateRefuses },
    // Checked by the emulator.
    faults:
      flags.faults === undefined
        ? undefined
        : (JSON.parse(await readFile(flags.faults, 'utf8')) as FaultPlan),
  };
}

function face(port: number | undefined): { readonly port: number } | undefined {
  return port === undefined ? undefined : { port };
}

/** Keys that are spread over directories as logs are. */
function* numbered(prefix: string, count: number): Generator<string> {
  for (let i = 0; i < count; i++) yield `${prefix}${Math.floor(i / 1000)}/${i}`;
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

function integer(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new InvalidArgumentError('It takes a port, 0 to 65535.');
}

function number(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 0) return value;
  throw new InvalidArgumentError('It takes a number.');
}

function count(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('It takes a number from 1.');
}

function latency(text: string): { baseMs: number; jitterMs: number } {
  const [base = '', jitter = '0'] = text.split(':');
  return { baseMs: number(base), jitterMs: number(jitter) };
}

function list(text: string, before: readonly string[]): readonly string[] {
  return [...before, text];
}

function seeds(text: string, before: readonly Seed[] = []): readonly Seed[] {
  const [, bucket = '', prefix = '', count = ''] = /^([^/]+)\/(.*)=(\d+)$/.exec(text) ?? [];
  if (bucket === '') throw new InvalidArgumentError('It takes bucket/prefix=count.');
  return [...before, { bucket, prefix, count: Number(count) }];
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && ('syscall' in error || error instanceof SyntaxError);
}
