import { readdirSync, readFileSync } from 'node:fs';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { GatewayLogEntry } from './log-entry.js';

/** Seconds: from an answer out of memory to the copy of a large object. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Error codes with a series of their own; a store may invent any number of them. */
const MAX_CODES = 100;

/** What a gateway counts. */
export interface Gauges {
  readonly connections: () => number;
  readonly requests: () => number;
  /** Bytes of bodies in memory. */
  readonly bytesInFlight: () => number;
}

/** The metrics of one gateway, for Prometheus. */
export class GatewayMetrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'operation' | 'status'>;
  readonly #seconds: Histogram<'operation'>;
  readonly #errors: Counter<'code'>;
  readonly #received: Counter;
  readonly #sent: Counter;
  readonly #retries: Counter;
  readonly #deleted: Counter;
  readonly #codes = new Set<string>();

  constructor({ connections, requests, bytesInFlight }: Gauges) {
    const registers = [this.#registry];
    const counter = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
      new Counter({ name: `store_gateway_${name}`, help, labelNames, registers });
    const gauge = (name: string, help: string, read: () => number | undefined): void => {
      const made = new Gauge({
        name,
        help,
        registers: [],
        collect() {
          const value = read();
          if (value === undefined) this.remove();
          else this.set(value);
        },
      });
      this.#registry.registerMetric(made);
    };
    this.#requests = counter('requests_total', 'Requests answered.', ['operation', 'status']);
    this.#errors = counter('errors_total', 'Requests refused or failed, by S3 error code.', ['code']);
    this.#received = counter('received_bytes_total', 'Bytes that clients sent, headers included.');
    this.#sent = counter('sent_bytes_total', 'Bytes that clients were sent, headers included.');
    this.#retries = counter('upstream_retries_total', 'Requests to stores that were sent again.');
    this.#deleted = counter('deleted_keys_total', 'Keys deleted.');
    this.#seconds = new Histogram({
      name: 'store_gateway_request_seconds',
      help: 'From the headers of a request to the end of its answer.',
      labelNames: ['operation'],
      buckets: BUCKETS,
      registers,
    });
    gauge('store_gateway_connections', 'Open connections.', connections);
    gauge('store_gateway_requests_in_flight', 'Requests whose answer is not out yet.', requests);
    gauge('store_gateway_bytes_in_flight', 'Bytes of bodies held in memory.', bytesInFlight);
    gauge('process_resident_memory_bytes', 'Resident memory of the process.', () =>
      process.memoryUsage.rss(),
    );
    gauge('process_heap_bytes', 'Heap of the process.', () => process.memoryUsage().heapUsed);
    gauge('process_open_fds', 'Open file descriptors.', openDescriptors);
    gauge('process_max_fds', 'Most file descriptors that can be open.', maxDescriptors);
    const started = Date.now() / 1000 - process.uptime();
    gauge('process_start_time_seconds', 'When the process started, since the epoch.', () => started);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** In Prometheus's text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  count({ operation, status, code, elapsedMs, bytesIn, bytesOut, deleted = 0 }: GatewayLogEntry): void {
    this.#requests.inc({ operation, status });
    this.#seconds.observe({ operation }, elapsedMs / 1000);
    this.#received.inc(bytesIn);
    this.#sent.inc(bytesOut);
    this.#deleted.inc(deleted);
    if (code !== undefined) this.#errors.inc({ code: this.#codeLabel(code) });
  }

  countRetry(): void {
    this.#retries.inc();
  }

  #codeLabel(code: string): string {
    if (!this.#codes.has(code) && this.#codes.size >= MAX_CODES) return 'other';
    this.#codes.add(code);
    return code;
  }
}

/** Where the system says it: on Linux. */
function openDescriptors(): number | undefined {
  try {
    // One of them is the directory that is being read.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return undefined;
  }
}

function maxDescriptors(): number | undefined {
  try {
    const [, limit] = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? undefined : Number(limit);
  } catch {
    return undefined;
  }
}
