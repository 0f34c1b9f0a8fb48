import { StoreError } from '@store/core';
import { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import type { FleetConnection } from './fleet-connection.js';
import { placeOf } from './place-of.js';

/** How long Redis has to answer, in milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * Asks Redis whether a fleet can meet there, before anything is begun.
 *
 * @returns what is against it and does not keep a fleet from working, as sentences; nothing where Redis does not tell
 * @throws StoreError `InvalidArgument` for what is no URL of Redis, `Unavailable` where Redis is not there or does not answer
 * within 10 seconds, `AccessDenied` where it wants a password or another one, `Unsupported` for a replica and for a cluster. The
 * password is in none of them.
 */
export async function checkRedis({ url }: FleetConnection, signal?: AbortSignal): Promise<readonly string[]> {
  const { where, hasPassword } = placeOf(url);
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: PATIENCE_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    enableReadyCheck: false,
    // Else it keeps the process for two seconds behind a connection that has failed.
    disconnectTimeout: 50,
  });
  let first: Error | undefined;
  client.on('error', (error: Error) => (first ??= error));
  const over = new AbortController();
  const late = delay(PATIENCE_MS, undefined, { signal: over.signal }).then(() => {
    const tls = url.startsWith('rediss:') ? '' : '; does it want TLS (rediss://)?';
    throw new StoreError(
      'Unavailable',
      `Redis at ${where} has not answered for ${PATIENCE_MS / 1000} seconds${tls}`,
    );
  });
  const stopped = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(abortedBy(signal)), { once: true });
    if (signal?.aborted) reject(abortedBy(signal));
  });
  late.catch(() => undefined);
  stopped.catch(() => undefined);
  try {
    return await Promise.race([asked(client, where), late, stopped]);
  } catch (error) {
    if (error instanceof StoreError) throw error;
    throw refusal(first ?? error, error, { where, hasPassword });
  } finally {
    over.abort();
    client.disconnect();
  }
}

async function asked(client: Redis, where: string): Promise<readonly string[]> {
  await client.connect();
  await client.ping();
  let info: string;
  try {
    info = await client.info();
  } catch (error) {
    // Who may not ask is told nothing; what may not be written is said by the first thing that is.
    if (error instanceof Error && error.message.startsWith('NOPERM')) return [];
    throw error;
  }
  const facts = new Map(
    info.split(/\r?\n/).map((line) => [line.split(':', 1)[0], line.replace(/^[^:]*:/, '')]),
  );
  if (facts.get('role') === 'slave') {
    throw new StoreError(
      'Unsupported',
      `Redis at ${where} is a replica, which takes no writes; name the primary`,
    );
  }
  if (facts.get('redis_mode') === 'cluster') {
    const message = `Redis at ${where} is a Redis Cluster; a fleet needs one Redis (with a replica if you like)`;
    throw new StoreError('Unsupported', message);
  }
  return warningsOf(facts, where);
}

function warningsOf(facts: ReadonlyMap<string | undefined, string>, where: string): readonly string[] {
  const policy = facts.get('maxmemory_policy');
  const aof = facts.get('aof_enabled');
  return [
    ...(policy === undefined || policy === 'noeviction'
      ? []
      : [
          `Redis at ${where} may throw away what a fleet needs when its memory is full (maxmemory-policy ${policy}); ` +
            'set maxmemory-policy noeviction',
        ]),
    ...(aof === '0'
      ? [
          `Redis at ${where} does not write down what it is told (appendonly no): when it ends, runs and their accounts are lost; ` +
            'set appendonly yes',
        ]
      : []),
  ];
}

/** @param told by Redis, or by the network, first */
function refusal(
  told: unknown,
  last: unknown,
  { where, hasPassword }: { readonly where: string; readonly hasPassword: boolean },
): StoreError {
  const [message, ending] = [told, last].map((error) =>
    error instanceof Error ? error.message : String(error),
  );
  const said = `${message} ${ending}`;
  // Errors of ioredis carry the command, which has the password: none of them is handed on as the cause.
  if (/WRONGPASS|invalid password|NOAUTH/i.test(said)) {
    return new StoreError(
      'AccessDenied',
      hasPassword
        ? `Redis at ${where} refuses the user or the password of its URL`
        : `Redis at ${where} wants a password: redis://:PASSWORD@${where}, or redis://USER:PASSWORD@${where}, best in STORE_QUEUE`,
    );
  }
  if (/NOPERM/.test(said)) {
    return new StoreError('AccessDenied', `Redis at ${where} does not let this user work: ${message}`);
  }
  if (/LOADING/.test(said)) {
    return new StoreError(
      'Unavailable',
      `Redis at ${where} is still reading what it has written down; try again`,
    );
  }
  return new StoreError('Unavailable', `Redis at ${where} cannot be reached: ${message}`);
}

function abortedBy(signal: AbortSignal): StoreError {
  return new StoreError('Aborted', 'Redis was not waited for', { cause: signal.reason });
}
