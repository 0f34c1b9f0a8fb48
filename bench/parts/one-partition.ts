import type { ContestantName } from '../contestants/index.js';
import { serverGround } from '../ground.js';
import {
  absentLine,
  costCells,
  lateThrottledOf,
  medianOf,
  requestCells,
  throttledOf,
  timeCells,
} from '../report/columns.js';
import { markdownTable, percent } from '../report/markdown.js';
import { roundRobin, type Row, type Sample } from '../round-robin.js';
import { contestOf, LOAD, PREFIX, type Part } from './part.js';

const CONTESTANTS: readonly ContestantName[] = ['ours', 'against', 'plain', 'tuned'];

/** Twenty seconds' worth. */
const MAX_KEYS = 20 * LOAD.keysPerSecond;
const SIDE_BY_SIDE = 10;

/** The service is the limit: who comes near to it, and how many requests it has to refuse. */
export const onePartition: Part = {
  name: 'one-partition',
  title: 'One partition',
  async run(context) {
    const { server } = context;
    const total = Math.min(context.options.keys, MAX_KEYS);
    const load = { ...LOAD, partitions: 1 };
    const alone = serverGround(server, { prefixes: [PREFIX], shape: 'dated', keys: total, load });
    const prefixes = Array.from({ length: SIDE_BY_SIDE }, (_, i) => `bench/run-${i}/`);
    const keys = Math.floor(total / SIDE_BY_SIDE);
    const together = serverGround(server, { prefixes, shape: 'dated', keys, load });
    const rows = [
      ...(await roundRobin(contestOf(context, CONTESTANTS, { ground: alone, task: 'delete' }))),
      ...(await roundRobin(contestOf(context, ['side-by-side'], { ground: together, task: 'delete' }))),
    ];
    const text =
      `${total.toLocaleString('en')} keys in one partition, in the last row under ${SIDE_BY_SIDE} prefixes. What the service ` +
      `lets through at once at the beginning (one second's worth) does not count for the share of the limit.`;
    return { text: `${text}\n\n${table(rows)}` };
  },
};

const HEAD = [
  '',
  'median',
  'spread',
  'of the limit',
  'CPU',
  'peak RSS, MiB',
  'lists',
  'deletes',
  'throttled',
  'after 10 s',
];

function table(rows: readonly Row[]): string {
  const lines = rows
    .filter((row) => !row.absent)
    .map((row) => {
      if (row.samples.length === 0) return [`${row.label}: ${row.problem}`, ...HEAD.slice(1).map(() => '')];
      const share = percent(medianOf(row, shareOfLimit));
      const [lists, deletes] = requestCells(row);
      const throttled = [throttledOf, lateThrottledOf].map((of) => percent(medianOf(row, of)));
      return [row.label, ...timeCells(row), share, ...costCells(row), lists, deletes, ...throttled];
    });
  return markdownTable(HEAD, lines) + absentLine(rows);
}

function shareOfLimit({ keys, seconds }: Sample): number {
  return (keys - LOAD.keysPerSecond) / (LOAD.keysPerSecond * seconds);
}
