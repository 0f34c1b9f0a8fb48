import type { FleetReport } from '@store/fleet';
import type { Line } from '../line.js';
import type { Output, Shown } from '../output.js';
import { jsonText } from '../terminal-text.js';
import { fleetLine, type FleetProgress } from './fleet-progress.js';
import type { QueueAccess } from './queue-access.js';

/** Between two events of `--json`, in milliseconds. */
const EVENT_INTERVAL_MS = 1_000;

/** Shows how far a run is, as every command does; with `--json` events on stdout. */
export class FleetView {
  readonly #output: Output;
  readonly #progress: FleetProgress;
  readonly #flags: string;
  readonly #json: boolean;
  #shownAt = -Infinity;
  #line: Line = [];
  #shown: Shown | undefined;
  #saidThatNobodyIsThere = false;

  constructor(
    output: Output,
    progress: FleetProgress,
    { access, json = false }: { readonly access: QueueAccess; readonly json?: boolean | undefined },
  ) {
    this.#output = output;
    this.#progress = progress;
    this.#flags = access.flags;
    this.#json = json;
  }

  /** One event of `--json`. */
  event(value: object): void {
    if (this.#json) this.#output.print(jsonText(value));
  }

  show(report: FleetReport): void {
    this.#progress.see(report);
    this.#sayWhetherNobodyIsThere(report);
    const now = performance.now();
    if (this.#json) {
      if (now - this.#shownAt < EVENT_INTERVAL_MS) return;
      this.#shownAt = now;
      const { rows, ...all } = report;
      const pieces = rows.reduce((sum, row) => sum + row.pieces.open, 0);
      this.event({ type: 'progress', ...all, pieces, ...this.#progress.pace() });
      return;
    }
    this.#line = fleetLine(report, this.#progress.pace());
    this.#shown ??= this.#output.show(() => this.#line);
  }

  end(): void {
    this.#shown?.end();
  }

  #sayWhetherNobodyIsThere({ workers, state }: FleetReport): void {
    const nobody = workers === 0 && state !== 'done' && state !== 'stopped';
    if (nobody === this.#saidThatNobodyIsThere) return;
    this.#saidThatNobodyIsThere = nobody;
    if (!nobody) return;
    const message = `no worker has said anything in the last 10 seconds; start one: store fleet worker${this.#flags}`;
    if (this.#json) this.event({ type: 'waiting', message });
    else this.#output.note(message);
  }
}
