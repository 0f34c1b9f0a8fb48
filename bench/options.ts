import { parseArgs } from 'node:util';
import { isContestant, CONTESTANTS, type ContestantName } from './contestants/index.js';
import { SHAPE_NAMES, type ShapeName } from './shapes.js';

export interface BenchOptions {
  /** Under the prefix. */
  readonly keys: number;
  /** Small ones, of transfers. */
  readonly files: number;
  readonly rounds: number;
  readonly partitions: number;
  readonly shapes: readonly ShapeName[];
  /** All when it is undefined. */
  readonly only: readonly ContestantName[] | undefined;
  /** All when it is undefined. */
  readonly parts: readonly string[] | undefined;
  readonly against: string | undefined;
  /** Where CPU profiles of all processes go; runs are slower then. */
  readonly profiles: string | undefined;
  /** Into `docs/`. */
  readonly write: boolean;
  /** As it was typed. */
  readonly command: string;
}

export const USAGE = `npm run bench -- [options]
  --part NAME         one part, or several with commas; default: all
  --keys N            default 200000
  --files N           of transfers, beside the large ones; default 3000
  --rounds N          default 3
  --shape NAME        one shape of keys, or several with commas: ${SHAPE_NAMES.join(', ')}
  --partitions N      of the bucket, 3500 deleted keys a second each; default 64
  --only NAME         one contestant, or several with commas: ${Object.keys(CONTESTANTS).join(', ')}
  --against DIRECTORY another checkout of this project, built, takes part too
  --cpu-prof DIRECTORY profiles of all processes
  --write, --no-write the results into docs/; by default those of whole parts`;

/** @throws Error that says what is wrong */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      part: { type: 'string' },
      keys: { type: 'string' },
      files: { type: 'string' },
      rounds: { type: 'string' },
      shape: { type: 'string' },
      partitions: { type: 'string' },
      only: { type: 'string' },
      against: { type: 'string' },
      'cpu-prof': { type: 'string' },
      write: { type: 'boolean' },
      'no-write': { type: 'boolean' },
    },
  });
  const restricted = [
    values.keys,
    values.files,
    values.rounds,
    values.shape,
    values.partitions,
    values.only,
    values['cpu-prof'],
  ];
  return {
    keys: count('keys', values.keys ?? '200000'),
    files: count('files', values.files ?? '3000'),
    rounds: count('rounds', values.rounds ?? '3'),
    partitions: count('partitions', values.partitions ?? '64'),
    shapes: values.shape?.split(',').map(shapeOf) ?? SHAPE_NAMES,
    only: values.only?.split(',').map(contestantOf),
    parts: values.part?.split(','),
    against: values.against,
    profiles: values['cpu-prof'],
    write: values['no-write'] ? false : (values.write ?? restricted.every((one) => one === undefined)),
    command: ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' '),
  };
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Error(`--${name} takes a whole number from 1, not ${text}`);
}

function shapeOf(name: string): ShapeName {
  const found = SHAPE_NAMES.find((shape) => shape === name);
  if (found) return found;
  throw new Error(`--shape takes ${SHAPE_NAMES.join(', ')}, not ${name}`);
}

function contestantOf(name: string): ContestantName {
  if (isContestant(name)) return name;
  throw new Error(`--only takes ${Object.keys(CONTESTANTS).join(', ')}, not ${name}`);
}
