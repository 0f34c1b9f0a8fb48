import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FleetWorkerEvent, PieceCounts } from '@store/fleet';
import { Counter, Gauge, Registry } from 'prom-client';
import { UsageError } from '../exit-codes.js';

/** How long Redis may take to say how much waits, in milliseconds: whoever asks for metrics gives up soon. */
const PATIENCE_MS = 2_000;

/** The metrics of one worker, for Prometheus. */
export class WorkerMetrics {
  readonly #registry = new Registry();
  readonly #keys: Counter<'outcome'>;
  readonly #bytes: Counter;
  readonly #requests: Counter<'kind'>;
  readonly #throttled: Counter;
  readonly #pieces: Counter<'outcome'>;
  readonly #inHand: Gauge;

  /** @param waiting how many jobs of the fleet nobody is at */
  constructor(waiting: () => Promise<number>) {
    const registers = [this.#registry];
    const counter = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) =>
      new Counter({ name: `store_fleet_${name}`, help, labelNames, registers });
    this.#keys = counter('keys_total', 'Keys that have their outcome.', ['outcome']);
    this.#bytes = counter('deleted_bytes_total', 'Bytes of what was deleted, as listed.');
    this.#requests = counter('requests_total', 'Requests to stores, counted when a piece ends.', ['kind']);
    this.#throttled = counter('throttled_total', 'Answers that asked for fewer requests.');
    this.#pieces = counter('pieces_total', 'Pieces that this worker is no longer at.', ['outcome']);
    this.#inHand = new Gauge({
      name: 'store_fleet_pieces_in_hand',
      help: 'Pieces that this worker is at.',
      registers,
    });
    const depth = new Gauge({
      name: 'store_fleet_waiting_jobs',
      help: 'Jobs of the fleet that no worker is at.',
      registers: [],
      async collect() {
        const known = waiting().catch(() => undefined);
        const count = await Promise.race([known, delay(PATIENCE_MS, undefined, { ref: false })]);
        if (count === undefined) this.remove();
        else this.set(count);
      },
    });
    this.#registry.registerMetric(depth);
    // There from the beginning, so that a rate of them is one.
    for (const outcome of ['deleted', 'failed', 'blocked', 'filtered']) this.#keys.inc({ outcome }, 0);
    for (const kind of ['list', 'delete', 'retried']) this.#requests.inc({ kind }, 0);
    for (const outcome of ['ended', 'left', 'failed', 'lost']) this.#pieces.inc({ outcome }, 0);
  }

  count(counts: PieceCounts): void {
    for (const outcome of ['deleted', 'failed', 'blocked', 'filtered'] as const)
      this.#keys.inc({ outcome }, counts[outcome]);
    this.#bytes.inc(counts.bytes);
    this.#requests.inc({ kind: 'list' }, counts.lists);
    this.#requests.inc({ kind: 'delete' }, counts.deletes);
    this.#requests.inc({ kind: 'retried' }, counts.retried);
    this.#throttled.inc(counts.throttled);
  }

  tell(event: FleetWorkerEvent): void {
    if (event.type === 'trouble' || event.type === 'resting' || event.piece === undefined) return;
    if (event.type === 'begun') return this.#inHand.inc();
    this.#inHand.dec();
    this.#pieces.inc({ outcome: event.type });
  }

  /** Serves `/metrics`, and `/healthz`, which says that the process is there. @throws UsageError when the port is taken */
  async serve(port: number, host: string): Promise<{ readonly url: string; readonly close: () => void }> {
    const server = createServer((request, response) => {
      request.resume();
      if (request.url === '/healthz') return response.end('ok\n');
      if (request.url !== '/metrics')
        return response.writeHead(404).end('there are /metrics and /healthz here\n');
      return void this.#registry.metrics().then(
        (text) => response.setHeader('content-type', this.#registry.contentType).end(text),
        () => response.destroy(),
      );
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(new UsageError(`--metrics: ${error.message}`)));
      server.listen(port, host, resolve);
    });
    // A server over TCP has such an address.
    const { port: actual } = server.address() as AddressInfo;
    const close = (): void => {
      server.close();
      server.closeAllConnections();
    };
    return { url: `http://${host.includes(':') ? `[${host}]` : host}:${actual}`, close };
  }
}
