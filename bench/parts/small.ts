import type { ContestantName } from '../contestants/index.js';
import { serverGround } from '../ground.js';
import { medianOf, secondsOf } from '../report/columns.js';
import { markdownTable, times } from '../report/markdown.js';
import { roundRobin, type Row } from '../round-robin.js';
import type { ShapeName } from '../shapes.js';
import { contestOf, LOAD, PREFIX, type Part } from './part.js';

const CONTESTANTS: readonly ContestantName[] = ['ours', 'against', 'plain', 'tuned'];
const SIZES = [1, 10, 1000];
const LARGEST = 5000;

/** Prefixes with few keys: what is done for many must not cost them anything. */
export const small: Part = {
  name: 'small',
  title: 'Small prefixes',
  async run(context) {
    const { shapes, partitions } = context.options;
    const [first = 'sequential'] = shapes;
    const cases: readonly (readonly [ShapeName, number])[] = [
      ...SIZES.map((keys) => [first, keys] as const),
      ...shapes.map((shape) => [shape, LARGEST] as const),
    ];
    const lines: string[][] = [];
    let columns: readonly Row[] = [];
    for (const [shape, keys] of cases) {
      const filling = { prefixes: [PREFIX], shape, keys, load: { ...LOAD, partitions } };
      const ground = serverGround(context.server, filling);
      columns = await roundRobin(contestOf(context, CONTESTANTS, { ground, task: 'delete' }));
      lines.push([`${keys.toLocaleString('en')}, ${shape}`, ...columns.map(cellOf), ...comparison(columns)]);
    }
    const head = ['keys', ...columns.map(({ label }) => label), 'lists', 'deletes', 'to plain'];
    const text = `Medians in milliseconds; the requests are those of the first column.\n\n${markdownTable(head, lines)}`;
    return { text };
  },
};

function cellOf(row: Row): string {
  return row.problem ?? (secondsOf(row) * 1000).toFixed(0);
}

function comparison(rows: readonly Row[]): readonly string[] {
  const [first] = rows;
  const plain = rows.find(({ name }) => name === 'plain');
  return [
    String(medianOf(first, ({ requests }) => requests.list)),
    String(medianOf(first, ({ requests }) => requests.delete)),
    times(secondsOf(plain) / secondsOf(first)),
  ];
}
