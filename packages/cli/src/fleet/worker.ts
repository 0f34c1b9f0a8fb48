import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { accessOf, atMost, type QueueOptions } from './queue-access.js';
import { sharedAddress } from './shared-address.js';
import { WorkerLines } from './worker-lines.js';

export interface WorkerOptions extends QueueOptions {
  readonly concurrency?: number;
  readonly requests?: number;
  readonly metrics?: number;
  readonly metricsHost: string;
  readonly json?: boolean;
}

/** How long what is in hand may take to be handed over, in milliseconds: a Redis that is away takes nothing. */
const GRACE_MS = 45_000;

/** `store fleet worker`: works until it is interrupted. */
export async function workForFleet(context: Context, options: WorkerOptions): Promise<ExitCode> {
  const { output, session, signal, answerInterrupt } = context;
  const { concurrency = 1, requests, metrics: port, metricsHost, json = false } = options;
  const { connection } = accessOf(options);
  // Without one it could open nothing of what it will be asked for.
  await session.configuration();
  const { checkPlace, FleetWorker } = await import('@store/fleet');
  for (const warning of await checkPlace(connection, signal)) output.note(`warning: ${warning}`);
  const lines = new WorkerLines(output, json);
  const { WorkerMetrics } = await import('./worker-metrics.js');
  const metrics = new WorkerMetrics(() => worker.waiting());
  const worker = await FleetWorker.start({
    connection,
    concurrency,
    requests,
    // Who can write to Redis names what is opened.
    open: async (address) => session.openOwn(await sharedAddress(session, address)),
    onEvent: (event) => {
      lines.tell(event);
      metrics.tell(event);
    },
    onCounts: (piece, counts) => {
      lines.count(piece, counts);
      metrics.count(counts);
    },
  });
  let served: Awaited<ReturnType<typeof metrics.serve>> | undefined;
  try {
    if (port !== undefined) served = await metrics.serve(port, metricsHost);
    const metricsUrl = served && `${served.url}/metrics`;
    answerInterrupt('ending: what is in hand goes to other workers (once more to end at once)');
    if (json) lines.json({ type: 'worker', id: worker.id, concurrency, metricsUrl });
    else {
      const pieces = concurrency === 1 ? '1 piece' : `${concurrency} pieces`;
      await output.result(`worker ${worker.id}: ${pieces} at a time`);
      if (metricsUrl !== undefined) output.note(`metrics: ${metricsUrl}`);
    }
    await interrupted(signal);
  } finally {
    const isClosed = await atMost(GRACE_MS, worker.close());
    served?.close();
    if (!isClosed) {
      output.note(
        'what is in hand could not be handed over; other workers take it up when this one is silent',
      );
      // Connections to a Redis that is away would keep the process.
      process.exit(await output.end(EXIT.failed));
    }
  }
  return EXIT.complete;
}

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
