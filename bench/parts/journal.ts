import { serverGround } from '../ground.js';
import { absentLine, costCells, medianOf, secondsOf, timeCells } from '../report/columns.js';
import { markdownTable, percent } from '../report/markdown.js';
import { roundRobin, type Sample } from '../round-robin.js';
import { contestOf, LOAD, PREFIX, type Part } from './part.js';

/** What a journal costs. */
export const journal: Part = {
  name: 'journal',
  title: 'A journal',
  async run(context) {
    const { keys, partitions } = context.options;
    const ground = serverGround(context.server, {
      prefixes: [PREFIX],
      shape: 'dated',
      keys,
      load: { ...LOAD, partitions },
    });
    const rows = await roundRobin(
      contestOf(context, ['ours', 'journaled', 'audited'], { ground, task: 'delete' }),
    );
    const bare = secondsOf(rows.find(({ name }) => name === 'ours'));
    const lines = rows
      .filter(({ samples }) => samples.length > 0)
      .map((row) => [
        row.label,
        ...timeCells(row),
        percent(secondsOf(row) / bare - 1),
        ...costCells(row),
        bytesPerKey(medianOf(row, ({ journalBytes = 0, keys: count }: Sample) => journalBytes / count)),
      ]);
    const head = ['', 'median', 'spread', 'slower', 'CPU', 'peak RSS, MiB', 'journal, a key'];
    const text = `${keys.toLocaleString('en')} keys, each batch on disk before it is sent.`;
    return { text: `${text}\n\n${markdownTable(head, lines)}${absentLine(rows)}` };
  },
};

function bytesPerKey(bytes: number): string {
  return bytes === 0 ? '' : `${bytes.toFixed(1)} B`;
}
