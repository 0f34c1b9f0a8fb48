import type { ContestantName } from '../contestants/index.js';
import { serverGround } from '../ground.js';
import { absentLine, costCells, requestCells, secondsOf, timeCells } from '../report/columns.js';
import { markdownTable, times } from '../report/markdown.js';
import { roundRobin, type Row } from '../round-robin.js';
import { SHAPE_NAMES } from '../shapes.js';
import { contestOf, NO_RATE, PREFIX, type Part } from './part.js';

const CONTESTANTS: readonly ContestantName[] = ['list-ours', 'list-unordered', 'list-sdk', 'list-minio'];

export const listing: Part = {
  name: 'listing',
  title: 'Listing alone',
  async run(context) {
    const { keys, shapes } = context.options;
    const chosen = shapes.length === SHAPE_NAMES.length ? (['dated', 'hashed'] as const) : shapes;
    const tables: string[] = [];
    for (const shape of chosen) {
      const ground = serverGround(context.server, { prefixes: [PREFIX], shape, keys, load: NO_RATE });
      const rows = await roundRobin(contestOf(context, CONTESTANTS, { ground, task: 'list' }));
      tables.push(`### Listing ${shape} keys\n\n${table(rows)}`);
    }
    return { text: [`${keys.toLocaleString('en')} keys under one prefix.`, ...tables].join('\n\n') };
  },
};

const HEAD = ['', 'median', 'spread', 'keys/s', 'CPU', 'peak RSS, MiB', 'lists', 'to `list`'];

function table(rows: readonly Row[]): string {
  const serial = secondsOf(rows.find(({ name }) => name === 'list-ours'));
  const lines = rows
    .filter((row) => !row.absent)
    .map((row) => {
      const [sample] = row.samples;
      if (!sample) return [`${row.label}: ${row.problem}`, ...HEAD.slice(1).map(() => '')];
      const took = secondsOf(row);
      const rate = Math.round(sample.keys / took).toLocaleString('en');
      return [
        row.label,
        ...timeCells(row),
        rate,
        ...costCells(row),
        requestCells(row)[0],
        times(serial / took),
      ];
    });
  return markdownTable(HEAD, lines) + absentLine(rows);
}
