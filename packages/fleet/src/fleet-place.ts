import {
  createPostgresBackend,
  Queue,
  Worker,
  type JobProgress,
  type PgPool,
  type PostgresConnectionOptions,
  type PostgresQueueBackend,
  type Processor,
  type WorkerOptions,
} from 'bullmq';
import type { Redis } from 'ioredis';
import type { FleetBooks } from './fleet-books.js';
import { DEFAULT_FLEET, type FleetConnection } from './fleet-connection.js';
import type { FleetJob } from './fleet-job.js';
import { placeOf } from './place-of.js';
import { PostgresBooks } from './postgres-books.js';
import { connectPostgres } from './postgres-connection.js';
import { QUEUE_SCHEMA } from './postgres-schema.js';
import { RedisBooks } from './redis-books.js';
import { connect } from './redis-connect.js';

/** What a fleet needs of BullMQ's queue. */
export type JobQueue = Pick<
  Queue<FleetJob>,
  'add' | 'addBulk' | 'getJob' | 'getJobCounts' | 'qualifiedName' | 'close'
>;

/** And of its worker. */
export type JobWorker = Pick<Worker<FleetJob>, 'run' | 'cancelJob' | 'pause' | 'resume' | 'close'> & {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'lockRenewalFailed', listener: (jobs: string[]) => void): unknown;
};

export type JobOptions = Omit<WorkerOptions, 'connection'>;

/** Where a fleet meets, as one process has it open. */
export interface FleetPlace {
  readonly books: FleetBooks;
  /** @throws StoreError `Unavailable` */
  openQueue(): Promise<JobQueue>;
  /** @throws StoreError `Unavailable` */
  openWorker(process: Processor<FleetJob>, options: JobOptions): Promise<JobWorker>;
  /** It answers, as far as is known: else there is no point in waiting for an orderly end. */
  readonly isThere: boolean;
  /** Ends all connections; queues and workers are closed before. */
  close(): Promise<void>;
}

/** @throws StoreError `InvalidArgument` for a URL of something else */
export function openPlace(connection: FleetConnection): FleetPlace {
  return placeOf(connection.url).kind === 'redis'
    ? new RedisPlace(connection)
    : new PostgresPlace(connection);
}

class RedisPlace implements FleetPlace {
  readonly books: FleetBooks;
  readonly #connection: FleetConnection;
  readonly #clients: Redis[] = [];
  /** Redis is not looked for any more. */
  readonly #gone = new AbortController();

  constructor(connection: FleetConnection) {
    this.#connection = connection;
    this.books = new RedisBooks(connection);
  }

  get isThere(): boolean {
    return this.#clients.every(({ status }) => status === 'ready');
  }

  openQueue(): Promise<JobQueue> {
    const queue = new Queue<FleetJob>(nameOf(this.#connection), { connection: this.#connect() });
    queue.on('error', HEARD);
    return Promise.resolve(queue);
  }

  openWorker(process: Processor<FleetJob>, options: JobOptions): Promise<JobWorker> {
    const connection = this.#connect();
    return Promise.resolve(
      new Worker<FleetJob>(nameOf(this.#connection), process, { ...options, connection }),
    );
  }

  async close(): Promise<void> {
    this.#gone.abort();
    for (const client of this.#clients) client.disconnect();
    await this.books.close();
  }

  #connect(): Redis {
    const client = connect(this.#connection, this.#gone.signal);
    this.#clients.push(client);
    return client;
  }
}

/** BullMQ is given a pool: it cannot make one in an ES module. */
class PostgresPlace implements FleetPlace {
  readonly books: PostgresBooks;
  readonly isThere = true;
  readonly #connection: FleetConnection;
  readonly #pool: ReturnType<typeof connectPostgres>;

  constructor(connection: FleetConnection) {
    this.#connection = connection;
    this.#pool = connectPostgres(connection, QUEUE_SCHEMA);
    this.books = new PostgresBooks(connection, this.#pool);
  }

  get #poolOfJobs(): PgPool {
    // BullMQ describes the pools of pg in words of its own, which these do not fit to the letter.
    return this.#pool as unknown as PgPool;
  }

  async openQueue(): Promise<JobQueue> {
    // BullMQ asks once whether its tables are there, and never again when that fails.
    await this.books.prepare();
    const queue = new Queue<
      FleetJob,
      unknown,
      string,
      FleetJob,
      unknown,
      string,
      PostgresQueueBackend,
      PostgresConnectionOptions
    >(nameOf(this.#connection), { connection: this.#poolOfJobs }, createPostgresBackend);
    queue.on('error', HEARD);
    return queue;
  }

  async openWorker(process: Processor<FleetJob>, options: JobOptions): Promise<JobWorker> {
    await this.books.prepare();
    const settings = { ...options, connection: this.#poolOfJobs };
    return new Worker<
      FleetJob,
      unknown,
      string,
      PostgresQueueBackend,
      JobProgress,
      PostgresConnectionOptions
    >(nameOf(this.#connection), process, settings, createPostgresBackend);
  }

  async close(): Promise<void> {
    await this.books.close();
    if (!this.#pool.ended && !this.#pool.ending) await this.#pool.end();
  }
}

/** What waits hears of errors; without a listener the process would end. */
const HEARD = (): void => undefined;

function nameOf({ fleet = DEFAULT_FLEET }: FleetConnection): string {
  return fleet;
}
