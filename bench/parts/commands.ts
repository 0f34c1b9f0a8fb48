import type { ContestantName } from '../contestants/index.js';
import { fullTable } from '../report/deleting-tables.js';
import { serverGround } from '../ground.js';
import { roundRobin } from '../round-robin.js';
import { contestOf, LOAD, PREFIX, type Part } from './part.js';

const CONTESTANTS: readonly ContestantName[] = ['ours', 'plain', 'rclone', 's3cmd', 's4cmd', 'aws'];

/** Some send a request for each key: they get a part of the keys. */
const SHARE = 20;

export const commands: Part = {
  name: 'commands',
  title: 'Commands',
  async run(context) {
    const { keys, partitions } = context.options;
    const filling = {
      prefixes: [PREFIX],
      shape: 'dated',
      keys: Math.max(1, Math.floor(keys / SHARE)),
      load: { ...LOAD, partitions },
    } as const;
    const rows = await roundRobin(
      contestOf(context, CONTESTANTS, { ground: serverGround(context.server, filling), task: 'delete' }),
    );
    return { text: `${filling.keys.toLocaleString('en')} keys, dated.\n\n${fullTable(rows)}` };
  },
};
