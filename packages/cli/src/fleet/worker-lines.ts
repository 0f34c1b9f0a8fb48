import type { FleetWorkerEvent, PieceCounts, PieceId } from '@store/fleet';
import { formatCount, formatDuration, formatObjects } from '../format.js';
import type { Output } from '../output.js';
import { jsonText } from '../terminal-text.js';

/** The same trouble is not told again before, in milliseconds: a connection is tried again and again. */
const TROUBLE_INTERVAL_MS = 10_000;

interface InHand {
  readonly begunAt: number;
  deleted: number;
  failed: number;
}

/** What a worker does, as a line for each piece that is begun or over: on stderr, or with `--json` as events on stdout. */
export class WorkerLines {
  readonly #output: Output;
  readonly #json: boolean;
  readonly #inHand = new Map<string, InHand>();
  #trouble: { readonly message: string; readonly at: number } | undefined;

  constructor(output: Output, json: boolean) {
    this.#output = output;
    this.#json = json;
  }

  count({ run, row, piece }: PieceId, { deleted, failed, blocked }: PieceCounts): void {
    const counted = this.#inHand.get(nameOf(run, row, piece));
    if (!counted) return;
    counted.deleted += deleted;
    counted.failed += failed + blocked;
  }

  tell(event: FleetWorkerEvent): void {
    if (event.type === 'trouble') return this.#tellTrouble(event.message);
    if (event.type === 'resting') {
      if (this.#json) return this.json(event);
      const rest = `takes nothing on for ${formatDuration(event.ms)}`;
      return this.#output.note(`this worker cannot do what others may, and ${rest}: ${event.message}`);
    }
    const { type, run, row, piece } = event;
    // What a row does between its pieces is nobody's concern, unless it cannot.
    if (piece === undefined && type !== 'failed') return;
    const name = nameOf(run, row, piece);
    const counted = this.#inHand.get(name);
    if (type === 'begun') this.#inHand.set(name, { begunAt: performance.now(), deleted: 0, failed: 0 });
    else this.#inHand.delete(name);
    const elapsedMs = counted && Math.round(performance.now() - counted.begunAt);
    if (this.#json) {
      const { deleted, failed } = counted ?? {};
      return this.json({ ...event, ...(type === 'begun' ? {} : { deleted, failed, elapsedMs }) });
    }
    this.#output.note(`${name} ${saidOf(event, counted, elapsedMs)}`);
  }

  /** One event of `--json`, with its time. */
  json(event: object): void {
    this.#output.print(jsonText({ time: new Date().toISOString(), ...event }));
  }

  #tellTrouble(message: string): void {
    const now = performance.now();
    const { message: before, at = -Infinity } = this.#trouble ?? {};
    if (message === before && now - at < TROUBLE_INTERVAL_MS) return;
    this.#trouble = { message, at: now };
    if (this.#json) this.json({ type: 'trouble', message });
    else this.#output.note(`where the fleet meets: ${message}`);
  }
}

function saidOf(
  event: Extract<FleetWorkerEvent, { readonly run: string }>,
  counted: InHand | undefined,
  elapsedMs: number | undefined,
): string {
  const { deleted = 0, failed = 0 } = counted ?? {};
  const counts =
    `${formatObjects(deleted)} deleted, ${formatCount(failed)} not` +
    (elapsedMs === undefined ? '' : `, in ${formatDuration(elapsedMs)}`);
  switch (event.type) {
    case 'begun':
      return 'begun';
    case 'ended':
      return `ended: ${counts}`;
    case 'left':
      return `goes to other workers: ${counts}`;
    case 'lost':
      return `is another worker's now: ${counts}`;
    case 'failed':
      return `failed, and will be tried again: ${event.message}`;
  }
}

function nameOf(run: string, row: number, piece: number | undefined): string {
  return `run ${run} row ${row}${piece === undefined ? '' : ` piece ${piece}`}`;
}
