import { setTimeout as delay } from 'node:timers/promises';
import type { Fleet, FleetConnection } from '@store/fleet';
import { UsageError } from '../exit-codes.js';
import type { Context } from '../context.js';

/** Where a fleet meets, as the command line says it. */
export interface QueueOptions {
  readonly queue?: string | undefined;
  readonly fleet?: string | undefined;
}

/** Where a fleet meets. */
export interface QueueAccess {
  readonly connection: FleetConnection;
  /** What to write behind a command that is to meet there too, without any password. */
  readonly flags: string;
}

/** How long connections may take to end that are not needed any more, in milliseconds: Redis may be gone. */
const CLOSE_MS = 2_000;

/** @throws UsageError where nothing says where that is */
export function accessOf({ queue, fleet }: QueueOptions): QueueAccess {
  const url = queue ?? (process.env['STORE_QUEUE'] || process.env['STORE_REDIS'] || undefined);
  if (url === undefined) {
    throw new UsageError(
      'a fleet meets at a Redis or a PostgreSQL: name it with --queue redis://host:6379, or in STORE_QUEUE, which nobody else sees',
    );
  }
  if (fleet !== undefined && !/^[\w.-]{1,100}$/.test(fleet)) {
    throw new UsageError('the name of a fleet is made of letters, digits, ".", "_" and "-"');
  }
  const where = queue === undefined ? [] : [`--queue ${withoutUser(queue)}`];
  const flags = [...where, ...(fleet === undefined ? [] : [`--fleet ${fleet}`])];
  return { connection: { url, fleet }, flags: flags.map((flag) => ` ${flag}`).join('') };
}

/** Works with a fleet whose Redis or PostgreSQL was asked before, and of which is said what is wrong with it. @throws as `checkPlace` */
export async function withFleet<T>(
  { output, signal }: Context,
  { connection }: QueueAccess,
  work: (fleet: Fleet) => Promise<T>,
): Promise<T> {
  const { checkPlace, Fleet } = await import('@store/fleet');
  for (const warning of await checkPlace(connection, signal)) output.note(`warning: ${warning}`);
  const fleet = new Fleet(connection);
  try {
    return await work(fleet);
  } finally {
    await atMost(CLOSE_MS, fleet.close());
  }
}

/** Waits for a run, or until nobody wants to wait any more: Redis may be away, and not answer before long. */
export async function whileWanted<T>(signal: AbortSignal, awaited: Promise<T>): Promise<T | undefined> {
  let stop: (() => void) | undefined;
  const unwanted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  // Nobody hears of it when it fails later.
  awaited.catch(() => undefined);
  try {
    return await Promise.race([unwanted, awaited]);
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

/** Waits for something that may never come. @returns whether it came */
export async function atMost(ms: number, awaited: Promise<unknown>): Promise<boolean> {
  const over = new AbortController();
  try {
    return await Promise.race([awaited.then(() => true), delay(ms, false, { signal: over.signal })]);
  } finally {
    over.abort();
  }
}

/** The URL for people: who logs in there, and how, is not repeated. */
function withoutUser(url: string): string {
  return url.replace(/^([a-z]+:\/\/)[^]*@/i, '$1USER:PASSWORD@');
}
