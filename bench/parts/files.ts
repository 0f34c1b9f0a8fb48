import type { ContestantName } from '../contestants/index.js';
import { DirectoryGround } from '../directory-ground.js';
import { fullTable } from '../report/deleting-tables.js';
import { roundRobin } from '../round-robin.js';
import { contestOf, PREFIX, type Part } from './part.js';

const CONTESTANTS: readonly ContestantName[] = ['fs', 'rm', 'node-rm'];

/** Files are slower to make than keys of the emulator. */
const SHARE = 10;

export const files: Part = {
  name: 'files',
  title: 'Files',
  async run(context) {
    const keys = Math.max(1, Math.floor(context.options.keys / SHARE));
    await using ground = await DirectoryGround.make(PREFIX, 'dated', keys);
    const rows = await roundRobin(contestOf(context, CONTESTANTS, { ground, task: 'delete' }));
    const text = `${keys.toLocaleString('en')} files of the adapter for directories, dated, on the disk of temporary files.`;
    return { text: `${text}\n\n${fullTable(rows, 'rm')}` };
  },
};
