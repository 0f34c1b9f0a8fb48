import type { ContestantName } from '../contestants/index.js';
import type { Row } from '../round-robin.js';
import { absentLine, costCells, medianOf, requestCells, secondsOf, timeCells } from './columns.js';
import { markdownTable, percent, seconds, times } from './markdown.js';

export interface ShapeResult {
  readonly shape: string;
  readonly rows: readonly Row[];
}

/** Clients that others made, apart from the loops. */
const PEERS: readonly ContestantName[] = ['minio', 'opendal', 'flydrive', 'rclone', 's3cmd', 's4cmd', 'aws'];

const HEAD = [
  '',
  'median',
  'spread',
  'keys/s',
  'CPU',
  'peak RSS, MiB',
  'lists',
  'deletes',
  'throttled',
  'server CPU',
];

/** @param than whom the last column compares with */
export function fullTable(rows: readonly Row[], than: ContestantName = 'plain'): string {
  const other = secondsOf(find(rows, than));
  const lines = rows.filter((row) => !row.absent).map((row) => lineOf(row, other));
  return markdownTable([...HEAD, `to ${than}`], lines) + absentLine(rows);
}

function lineOf(row: Row, other: number): readonly string[] {
  const [sample] = row.samples;
  if (row.problem !== undefined || !sample) {
    return [`${row.label}: ${row.problem ?? 'no run'}`, ...HEAD.map(() => '')];
  }
  const rate = Math.round(sample.keys / secondsOf(row)).toLocaleString('en');
  const cells = [...timeCells(row), rate, ...costCells(row), ...requestCells(row)];
  const server = `${seconds(medianOf(row, ({ serverCpu }) => serverCpu))} s`;
  return [row.label, ...cells, server, times(other / secondsOf(row))];
}

/** How many times as fast ours is, and what it wasted. */
export function summary(results: readonly ShapeResult[]): string {
  const head = [
    '',
    'Store',
    'to plain',
    'to tuned',
    'to best peer',
    'wasted lists',
    'CPU to tuned',
    'CPU to bare',
  ];
  const lines = results.map(({ shape, rows }) => {
    const ours = find(rows, 'ours');
    const took = secondsOf(ours);
    const peers = rows.filter(({ name, problem }) => PEERS.includes(name) && problem === undefined);
    const best = Math.min(...peers.map(secondsOf));
    return [
      shape,
      Number.isNaN(took) ? (ours?.problem ?? '') : `${took.toFixed(2)} s`,
      ...[secondsOf(find(rows, 'plain')), secondsOf(find(rows, 'tuned')), best].map((other) =>
        times(other / took),
      ),
      wasted(ours),
      ...(['tuned', 'floor'] as const).map((name) => times(cpuOf(ours) / cpuOf(find(rows, name)))),
    ];
  });
  return markdownTable(head, lines);
}

function cpuOf(row: Row | undefined): number {
  return medianOf(row, (sample) => sample.cpuSeconds);
}

/** Pages beyond those that the keys fill. */
function wasted(row: Row | undefined): string {
  const share = medianOf(row, ({ keys, requests }) => {
    const needed = Math.max(1, Math.ceil(keys / 1000));
    return (requests.list - needed) / needed;
  });
  return Number.isNaN(share) ? '' : percent(share);
}

function find(rows: readonly Row[], name: ContestantName): Row | undefined {
  return rows.find((row) => row.name === name);
}
