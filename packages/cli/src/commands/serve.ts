import type { Command } from 'commander';
import { openDriver, type StoreDriver } from '@store/core';
import { gatewayEntry, startGateway } from '@store/gateway';
import type { Run } from '../context.js';
import { EXIT } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { duration, integer, size } from '../option-values.js';

interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly maxBody?: number;
  readonly spool?: string;
  readonly uploadsExpire?: number;
  readonly jsonLog?: boolean;
}

export function addServe(program: Command, run: Run): void {
  program
    .command('serve')
    .description('serve stores of the configuration as buckets, over the S3 API, until interrupted')
    .argument('<name...>', 'stores of the configuration; each is a bucket of this name')
    .option('--port <n>', '0 for any free one', integer(0, 65_535), 9000)
    .option('--host <address>', 'where to listen; there is no TLS', '127.0.0.1')
    .option('--max-body <size>', 'largest body of one request (default: 5GiB)', size)
    .option('--spool <directory>', 'where parts of uploads are kept for stores that have none')
    .option(
      '--uploads-expire <duration>',
      'gives up uploads that nobody goes on with (default: 24h)',
      duration,
    )
    .option('--json-log', 'each request as a line of JSON on stderr')
    .action(
      (names: readonly string[], { port, host, maxBody, spool, uploadsExpire, jsonLog }: ServeOptions) =>
        run(async ({ output, session, signal }) => {
          const stores: Record<string, StoreDriver> = {};
          try {
            const config = await session.config();
            const { accessKeyId, secretAccessKey, region } = gatewayEntry(config);
            for (const name of names) {
              const located = await session.locate(`${name.replace(/:$/, '')}:`);
              if (!located.named)
                throw new UsageError(`${JSON.stringify(name)} is no store of the configuration`);
              stores[located.named.name] = openDriver(located.config, located.options);
            }
            await using gateway = await startGateway({
              stores,
              credentials: [{ accessKeyId, secretAccessKey }],
              region,
              host,
              port,
              maxBodyBytes: maxBody,
              spoolDirectory: spool,
              uploadsExpireMs: uploadsExpire,
              onRequest: jsonLog
                ? (entry) => output.noteJson({ time: new Date().toISOString(), ...entry })
                : undefined,
            });
            await output.result(`${Object.keys(stores).join(', ')}: ${gateway.url}`);
            await interrupted(signal);
          } finally {
            for (const driver of Object.values(stores)) await driver.close();
          }
          return EXIT.complete;
        }),
    );
}

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
