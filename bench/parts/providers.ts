import type { ContestantName } from '../contestants/index.js';
import { serverGround } from '../ground.js';
import { fullTable } from '../report/deleting-tables.js';
import { roundRobin } from '../round-robin.js';
import { contestOf, LOAD, PREFIX, type Part } from './part.js';

const CONTESTANTS: readonly ContestantName[] = ['ours', 'oss', 'ali-oss', 'zos'];

export const providers: Part = {
  name: 'providers',
  title: 'OSS and ZOS',
  async run(context) {
    const { keys, partitions } = context.options;
    const filling = { prefixes: [PREFIX], shape: 'dated', keys, load: { ...LOAD, partitions } } as const;
    const ground = serverGround(context.server, filling);
    const rows = await roundRobin(contestOf(context, CONTESTANTS, { ground, task: 'delete' }));
    const text = `${keys.toLocaleString('en')} keys, dated, in ${partitions} partitions. The first row is S3.`;
    return { text: `${text}\n\n${fullTable(rows, 'ali-oss')}` };
  },
};
