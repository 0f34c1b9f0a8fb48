import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Command } from 'commander';
import { Option } from 'commander';
import { openDriver, type StoreDriver } from '@store/core';
import {
  gatewayEntry,
  keysOf,
  logLine,
  readKeysFile,
  startGateway,
  type Gateway,
  type GatewayKey,
  type GatewayLogEntry,
} from '@store/gateway';
import type { Run } from '../context.js';
import { EXIT } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { duration, integer, size } from '../option-values.js';
import type { Output } from '../output.js';
import type { Session } from '../session.js';

interface ServeOptions {
  readonly root?: string;
  readonly port: number;
  readonly host: string;
  readonly cert?: string;
  readonly key?: string;
  readonly keys?: string;
  readonly region?: string;
  readonly domain?: readonly string[];
  readonly cors?: readonly string[];
  readonly maxBody?: number;
  readonly minPartSize?: number;
  readonly spool?: string;
  readonly uploadsExpire?: number;
  readonly metricsPort?: number;
  readonly metricsHost: string;
  readonly logFormat: 'text' | 'json' | 'none';
  readonly grace: number;
}

const MAX_PORT = 65_535;

const EXAMPLES = `
Examples:
  store serve uploads
  store serve --root ./data --port 9000
`;

export function addServe(program: Command, run: Run): void {
  program
    .command('serve')
    .addHelpText('after', EXAMPLES)
    .description('serve stores as buckets, over the S3 API, until interrupted')
    .argument('[name...]', 'stores of the configuration; each is a bucket of this name')
    .option('--root <directory>', 'each directory in it is a bucket, which clients make and remove')
    .option('--port <n>', '0 for any free one', integer(0, MAX_PORT), 9000)
    .option('--host <address>', 'where to listen', '127.0.0.1')
    .option('--cert <file>', 'speak HTTPS with this certificate (PEM, with its chain)')
    .option('--key <file>', "the certificate's key")
    .option(
      '--keys <file>',
      'keys that clients sign with, and their rights, instead of those of the configuration',
    )
    .option('--region <name>', 'that signatures name (default: that of the configuration, or us-east-1)')
    .option('--domain <name...>', 'a host whose subdomains are buckets: bucket.s3.example.com')
    .option('--cors <origin...>', 'pages of browsers that may use it: https://app.example.com, or "*"')
    .option('--max-body <size>', 'largest body of one request (default: 5GiB)', size)
    .option(
      '--min-part-size <size>',
      'smallest part of an upload but the last; 0 for any (default: 5MiB, as S3)',
      size,
    )
    .option('--spool <directory>', 'where parts of uploads are kept for stores that have none')
    .option(
      '--uploads-expire <duration>',
      'gives up uploads that nobody goes on with (default: 24h)',
      duration,
    )
    .option('--metrics-port <n>', 'serve /metrics for Prometheus there, without a key', integer(0, MAX_PORT))
    .option('--metrics-host <address>', 'where that port listens', '127.0.0.1')
    .addOption(
      new Option('--log-format <format>', 'each request as a line on stderr')
        .choices(['text', 'json', 'none'])
        .default('text'),
    )
    .option('--grace <duration>', 'how long requests in flight have when it is interrupted', duration, 30_000)
    .action((names: readonly string[], options: ServeOptions) =>
      run(async ({ output, session, signal }) => {
        const drivers: Record<string, StoreDriver> = {};
        let source: Awaited<ReturnType<typeof openRoot>> | undefined;
        try {
          if (names.length === 0 && options.root === undefined)
            throw new UsageError('name stores of the configuration, or a directory of stores with --root');
          const { credentials, region } = await keysFor(session, options);
          for (const name of names) {
            const located = await session.locate(`${name.replace(/:$/, '')}:`);
            if (!located.named)
              throw new UsageError(`${JSON.stringify(name)} is no store of the configuration`);
            drivers[located.named.name] = openDriver(located.config, located.options);
          }
          if (options.root !== undefined) source = await openRoot(options.root);
          const { metricsPort, metricsHost } = options;
          const gateway = await startGateway({
            stores: drivers,
            source,
            credentials,
            region: options.region ?? region,
            host: options.host,
            port: options.port,
            tls: await tlsOf(options),
            domains: options.domain,
            cors: options.cors,
            metrics: metricsPort === undefined ? undefined : { port: metricsPort, host: metricsHost },
            maxBodyBytes: options.maxBody,
            minPartBytes: options.minPartSize,
            spoolDirectory: options.spool,
            uploadsExpireMs: options.uploadsExpire,
            onRequest: logTo(output, options.logFormat),
          });
          await serveUntil(signal, gateway, options.grace, async () => {
            const served = [...Object.keys(drivers), ...(options.root === undefined ? [] : [options.root])];
            await output.result(`${served.join(', ')}: ${gateway.url}`);
            if (gateway.metricsUrl !== undefined) output.note(`metrics: ${gateway.metricsUrl}/metrics`);
          });
        } finally {
          for (const driver of Object.values(drivers)) await driver.close();
          await source?.close();
        }
        return EXIT.complete;
      }),
    );
}

async function serveUntil(
  signal: AbortSignal,
  gateway: Gateway,
  graceMs: number,
  announce: () => Promise<void>,
): Promise<void> {
  try {
    await announce();
    await interrupted(signal);
  } finally {
    await gateway.close({ graceMs });
  }
}

/** Of the file, or of the configuration, which is not needed otherwise. */
async function keysFor(
  session: Session,
  { keys }: ServeOptions,
): Promise<{ readonly credentials: GatewayKey[]; readonly region: string | undefined }> {
  if (keys !== undefined) {
    const path = resolve(keys);
    return { credentials: await keysOf(await readKeysFile(path), dirname(path)), region: undefined };
  }
  const { config, directory } = await session.configuration();
  const entry = gatewayEntry(config);
  return { credentials: await keysOf(entry, directory), region: entry.region };
}

async function openRoot(root: string) {
  const { DirectoryStores } = await import('@store/fs');
  return DirectoryStores.open(resolve(root));
}

async function tlsOf({ cert, key }: ServeOptions) {
  if ((cert === undefined) !== (key === undefined)) throw new UsageError('--cert and --key go together');
  if (cert === undefined || key === undefined) return undefined;
  const read = async (flag: string, path: string): Promise<Buffer> => {
    try {
      return await readFile(path);
    } catch (error) {
      throw new UsageError(`${flag}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const files = { cert: await read('--cert', cert), key: await read('--key', key) };
  try {
    createSecureContext(files);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`--cert and --key are no certificate and its key, both in PEM: ${why}`);
  }
  return files;
}

function logTo(
  output: Output,
  format: ServeOptions['logFormat'],
): ((entry: GatewayLogEntry) => void) | undefined {
  if (format === 'none') return undefined;
  if (format === 'json') return (entry) => output.noteJson({ time: new Date().toISOString(), ...entry });
  return (entry) => output.note(logLine(entry, new Date()));
}

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolved) => {
    if (signal.aborted) resolved();
    else signal.addEventListener('abort', () => resolved(), { once: true });
  });
}
