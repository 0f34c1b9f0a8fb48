import type { ContestantName } from '../contestants/index.js';
import { chartOf } from '../report/chart.js';
import { fullTable, summary, type ShapeResult } from '../report/deleting-tables.js';
import { serverGround } from '../ground.js';
import { roundRobin } from '../round-robin.js';
import { contestOf, LOAD, PREFIX, type Part } from './part.js';

/** What is measured with keys of every shape. */
const EVERYWHERE: readonly ContestantName[] = ['ours', 'against', 'plain', 'tuned', 'minio', 'floor'];

/** With keys of one shape only: they take long, and take the same for each key. */
const ONCE: readonly ContestantName[] = [...EVERYWHERE, 'opendal', 'flydrive'];
const ONCE_SHAPE = 'dated';

export const deleting: Part = {
  name: 'deleting',
  title: 'Deleting a prefix',
  async run(context) {
    const { keys, partitions, shapes } = context.options;
    const results: ShapeResult[] = [];
    for (const shape of shapes) {
      const filling = { prefixes: [PREFIX], shape, keys, load: { ...LOAD, partitions } };
      const all = shape === ONCE_SHAPE || shapes.length === 1;
      const rows = await roundRobin(
        contestOf(context, all ? ONCE : EVERYWHERE, {
          ground: serverGround(context.server, filling),
          task: 'delete',
        }),
      );
      results.push({ shape, rows });
    }
    const tables = results.map(({ shape, rows }) => `### ${shape}\n\n${fullTable(rows)}`);
    const text = [
      `${keys.toLocaleString('en')} keys under one prefix, in ${partitions} partitions.`,
      summary(results),
      ...tables,
    ];
    return { text: text.join('\n\n'), chart: chartOf(results, keys) };
  },
};
