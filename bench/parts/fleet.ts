import { NARROW, type ContestantName } from '../contestants/index.js';
import { serverGround } from '../ground.js';
import {
  absentLine,
  costCells,
  lateThrottledOf,
  medianOf,
  requestCells,
  secondsOf,
  throttledOf,
  timeCells,
} from '../report/columns.js';
import { markdownTable, percent, times } from '../report/markdown.js';
import { roundRobin, type Row } from '../round-robin.js';
import { contestOf, LOAD, NO_RATE, PREFIX, type Part } from './part.js';

const CONTESTANTS: readonly ContestantName[] = ['ours', 'fleet-1', 'fleet-1-narrow', 'fleet-4-narrow'];

const ON_ONE: readonly ContestantName[] = ['fleet-4'];

const ON_MANY: readonly ContestantName[] = ['ours', 'fleet-1-narrow', 'fleet-4-narrow'];

/** A minute and a half's worth of one partition: how much it takes is found out once, at the beginning. */
const MAX_KEYS = 90 * LOAD.keysPerSecond;

/** What a fleet costs, what it gains, and whether it stays within what one partition takes. */
export const fleet: Part = {
  name: 'fleet',
  title: 'A fleet',
  async run(context) {
    const { keys } = context.options;
    const { server } = context;
    // The service is not the limit: what a fleet gains is what one process cannot send.
    const many = serverGround(server, { prefixes: [PREFIX], shape: 'hashed', keys, load: NO_RATE });
    const one = serverGround(server, {
      prefixes: [PREFIX],
      shape: 'hashed',
      keys: Math.min(keys, MAX_KEYS),
      load: { ...LOAD, partitions: 1 },
    });
    const rows = await roundRobin(contestOf(context, CONTESTANTS, { ground: many, task: 'delete' }));
    const partitions = context.options.partitions;
    const limited = serverGround(server, {
      prefixes: [PREFIX],
      shape: 'hashed',
      keys,
      load: { ...LOAD, partitions },
    });
    const onMany = await roundRobin(contestOf(context, ON_MANY, { ground: limited, task: 'delete' }));
    const onOne = await roundRobin(contestOf(context, ON_ONE, { ground: one, task: 'delete' }));
    const text = [
      `${keys.toLocaleString('en')} keys, hashed, on a service that asks nobody for less; workers in processes of their own, Redis on the same ` +
        `machine, with its log. "Narrow" workers have ${NARROW} requests in flight: then what one of them may send is the limit, as its core is ` +
        `on a machine for each, and not the cores that all share here with the service. CPU is that of the workers.`,
      table(rows),
      `The same keys in ${partitions} partitions, of which each takes ${LOAD.keysPerSecond.toLocaleString('en')} keys a second:`,
      table(onMany),
      `${Math.min(keys, MAX_KEYS).toLocaleString('en')} keys in one partition:`,
      table(onOne),
    ];
    return { text: text.join('\n\n') };
  },
};

const HEAD = [
  '',
  'median',
  'spread',
  'to the first',
  'CPU',
  'peak RSS, MiB',
  'lists',
  'deletes',
  'throttled',
  'after 10 s',
];

function table(rows: readonly Row[]): string {
  const first = secondsOf(rows[0]);
  const lines = rows
    .filter((row) => !row.absent)
    .map((row) => {
      if (row.samples.length === 0) return [`${row.label}: ${row.problem}`, ...HEAD.slice(1).map(() => '')];
      const throttled = [throttledOf, lateThrottledOf].map((of) => percent(medianOf(row, of)));
      const [lists, deletes] = requestCells(row);
      return [
        row.label,
        ...timeCells(row),
        times(first / secondsOf(row)),
        ...costCells(row),
        lists,
        deletes,
        ...throttled,
      ];
    });
  return markdownTable(HEAD, lines) + absentLine(rows);
}
