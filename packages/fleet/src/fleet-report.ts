import type { DeletionFailure, FailureReason } from '@store/core';
import type { FleetWorkers, PieceStatus, RowAccount } from './fleet-books.js';
import type { FleetCommand, FleetRow, FleetRun } from './fleet-run.js';

/** How a run is getting on. */
export type FleetState = 'running' | 'paused' | 'stopping' | 'stopped' | 'done';

/** What has been counted, in the words of `DeletionReport`; its two equations hold here too. */
export interface FleetCounts {
  readonly listed: number;
  readonly filtered: number;
  readonly matched: number;
  readonly deleted: number;
  readonly failed: number;
  /** The part of what was matched that the service holds on purpose. */
  readonly blocked: number;
  readonly bytes: number;
  readonly deleteMarkersCreated: number;
  /** Of workers that were killed, those since they had last ended a piece are not in it. */
  readonly requests: {
    readonly list: number;
    readonly delete: number;
    readonly retried: number;
    readonly throttled: number;
  };
}

/** The account of one prefix of a run. */
export interface FleetRowReport extends FleetCounts {
  readonly address: string;
  readonly prefix: string;
  /** Nothing failed, nothing is blocked, nothing is known to be left. */
  readonly complete: boolean;
  readonly ended: boolean;
  readonly failures: {
    readonly byCode: Readonly<Record<string, number>>;
    /** Some of them. */
    readonly sample: readonly DeletionFailure[];
  };
  /** Errors that ended parts of it. */
  readonly errors: readonly FailureReason[];
  /** With `verify`: how many a second listing found. Null when not asked for, or not reached. */
  readonly remaining: number | null;
  readonly pieces: Readonly<Record<PieceStatus, number>>;
  readonly warnings: readonly string[];
}

/** The account of a run, fit for JSON. */
export interface FleetReport extends FleetCounts {
  readonly run: string;
  readonly state: FleetState;
  readonly complete: boolean;
  readonly rows: readonly FleetRowReport[];
  /** That have said something in the last seconds. */
  readonly workers: number;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly elapsedMs: number;
}

interface Known {
  readonly command: FleetCommand;
  readonly workers: FleetWorkers;
  readonly rows: readonly RowAccount[];
}

export function fleetReport(run: FleetRun, { command, workers, rows }: Known): FleetReport {
  const reports = rows.map((account, index) => rowReport(run.rows[index], account));
  const ended = rows.map(({ endedAt }) => endedAt).filter((at) => at !== undefined);
  const isOver = ended.length === run.rows.length;
  const wasStopped =
    rows.some(({ pieces, isCut }) => pieces.left > 0 || isCut) ||
    (command === 'stop' && !reports.every(isComplete));
  const until = isOver ? Math.max(...ended) : Date.now();
  return {
    run: run.id,
    state: isOver
      ? wasStopped
        ? 'stopped'
        : 'done'
      : ({ go: 'running', pause: 'paused', stop: 'stopping' } as const)[command],
    complete: isOver && reports.every(isComplete),
    ...sumOf(reports),
    rows: reports,
    workers: workers.workers,
    startedAt: new Date(run.startedAt).toISOString(),
    elapsedMs: until - run.startedAt,
  };
}

function isComplete({ complete }: FleetRowReport): boolean {
  return complete;
}

function rowReport(row: FleetRow | undefined, account: RowAccount): FleetRowReport {
  const { address = '', prefix = '' } = row ?? {};
  const { counts, byCode, pieces, errors, warnings, failures, remaining, isCut, endedAt } = account;
  const { deleted, filtered, failed, blocked, bytes, markers, lists, deletes, retried, throttled } = counts;
  const matched = deleted + failed + blocked;
  return {
    address,
    prefix,
    listed: matched + filtered,
    filtered,
    matched,
    deleted,
    failed,
    blocked,
    bytes,
    deleteMarkersCreated: markers,
    requests: { list: lists, delete: deletes, retried, throttled },
    ended: endedAt !== undefined,
    complete:
      endedAt !== undefined &&
      !isCut &&
      errors.length === 0 &&
      failed + blocked + pieces.left + pieces.broken + pieces.open + (remaining ?? 0) === 0,
    failures: { byCode, sample: failures },
    errors,
    remaining: remaining ?? null,
    pieces,
    warnings,
  };
}

function sumOf(rows: readonly FleetRowReport[]): FleetCounts {
  const sum = (of: (row: FleetRowReport) => number): number =>
    rows.reduce((total, row) => total + of(row), 0);
  return {
    listed: sum(({ listed }) => listed),
    filtered: sum(({ filtered }) => filtered),
    matched: sum(({ matched }) => matched),
    deleted: sum(({ deleted }) => deleted),
    failed: sum(({ failed }) => failed),
    blocked: sum(({ blocked }) => blocked),
    bytes: sum(({ bytes }) => bytes),
    deleteMarkersCreated: sum(({ deleteMarkersCreated }) => deleteMarkersCreated),
    requests: {
      list: sum(({ requests }) => requests.list),
      delete: sum(({ requests }) => requests.delete),
      retried: sum(({ requests }) => requests.retried),
      throttled: sum(({ requests }) => requests.throttled),
    },
  };
}
