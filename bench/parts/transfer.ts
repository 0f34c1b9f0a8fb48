import type { ContestantName } from '../contestants/index.js';
import { absentLine, costCells, medianOf, secondsOf, timeCells } from '../report/columns.js';
import { markdownTable, seconds, times } from '../report/markdown.js';
import { roundRobin, type Row } from '../round-robin.js';
import { LARGE_FILES, LARGE_MIB, TransferGround } from '../transfer-ground.js';
import { contestOf, type Part } from './part.js';

const CONTESTANTS: readonly ContestantName[] = ['cp', 'cp-against', 'rclone-copy', 'sync', 'rclone-sync'];

/** The default of `store cp`; rclone is given the same. */
const CONCURRENCY = 32;

/** Files to a bucket and back. */
export const transfer: Part = {
  name: 'transfer',
  title: 'Copying and synchronising',
  async run(context) {
    const { files, against } = context.options;
    await using ground = await TransferGround.make(files);
    const chosen = CONTESTANTS.filter((name) => name !== 'cp-against' || against !== undefined);
    const tables: string[] = [];
    for (const direction of ['up', 'down'] as const) {
      const contest = { ground: ground.towards(direction, CONCURRENCY), task: 'transfer' } as const;
      const rows = await roundRobin(contestOf(context, chosen, contest));
      tables.push(`To the ${direction === 'up' ? 'bucket' : 'directory'}:\n\n${tableOf(rows, files)}`);
    }
    const text =
      `${files.toLocaleString('en')} files of up to 8 KiB and ${LARGE_FILES} of ${LARGE_MIB} MiB, by commands, ${CONCURRENCY} on their way at ` +
      'the same time, into an empty place, to and from a server that answers as fast as it can (no model of a service). A time counts ' +
      'when all files are there with their checksums.';
    return { text: [text, ...tables].join('\n\n') };
  },
};

function tableOf(rows: readonly Row[], files: number): string {
  const than = secondsOf(rows.find(({ name }) => name === 'rclone-copy'));
  const head = ['', 'median', 'spread', 'files/s', 'CPU', 'peak RSS, MiB', 'server CPU', 'to rclone copy'];
  const lines = rows
    .filter(({ absent }) => !absent)
    .map((row) =>
      row.problem === undefined
        ? [
            row.label,
            ...timeCells(row),
            Math.round((files + LARGE_FILES) / secondsOf(row)).toLocaleString('en'),
            ...costCells(row),
            `${seconds(medianOf(row, ({ serverCpu }) => serverCpu))} s`,
            times(than / secondsOf(row)),
          ]
        : [`${row.label}: ${row.problem}`, ...head.slice(1).map(() => '')],
    );
  return markdownTable(head, lines) + absentLine(rows);
}
