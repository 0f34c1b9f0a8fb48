import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openStore, type ObjectStore, type StoreEntry } from '@store/core';
import type { Endpoints } from '@store/emulator';
import { oss } from '@store/oss';
import { s3 } from '@store/s3';

/** Clock ticks a second, as `/proc` counts CPU time. */
const TICKS = 100;

/** An emulator in a process of its own, so that its memory and time do not count for the client. */
export async function startEmulatorProcess(...args: readonly string[]) {
  const bin = fileURLToPath(
    new URL('bin/store-emulator.js', import.meta.resolve('@store/emulator/package.json')),
  );
  const child = spawn(process.execPath, [bin, '--s3', '0', '--oss', '0', '--bucket', 'demo', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  const { endpoints } = JSON.parse(line) as { endpoints: Endpoints };
  return {
    endpoints,
    /** CPU seconds so far and resident bytes; Linux only, else undefined. */
    async usage(): Promise<{ cpuSeconds: number; rss: number } | undefined> {
      try {
        const stat = (await readFile(`/proc/${child.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
        return { cpuSeconds: (Number(stat[11]) + Number(stat[12])) / TICKS, rss: Number(stat[21]) * 4096 };
      } catch {
        return undefined;
      }
    },
    async stop(): Promise<void> {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A store on such an emulator, with the credentials that it has by default. */
export function openBenchStore(
  provider: string,
  { s3: s3Endpoint, oss: ossEndpoint }: Endpoints,
): Promise<ObjectStore> {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  const entries: Readonly<Record<string, StoreEntry>> = {
    s3: { provider, bucket: 'demo', endpoint: s3Endpoint, accessKeyId: 'AK', secretAccessKey: 'SK' },
    oss: {
      provider,
      bucket: 'demo',
      region: 'oss-us-east-1',
      endpoint: ossEndpoint?.replace('127.0.0.1', 'localhost'),
      pathStyle: true,
      accessKeyId: 'AK',
      accessKeySecret: 'SK',
    },
  };
  const entry = entries[provider];
  if (!entry) throw new Error(`name one of ${Object.keys(entries).join(', ')}, not ${provider}`);
  return openStore(entry, { adapters: [s3, oss] });
}
