import type { BenchOptions } from '../options.js';
import type { BenchServer } from '../server/bench-server.js';
import type { Load } from '../server/protocol.js';
import type { ContestantName } from '../contestants/index.js';
import type { Contest } from '../round-robin.js';

export interface PartContext {
  readonly options: BenchOptions;
  readonly server: BenchServer;
  /** For whoever waits. */
  readonly say: (line: string) => void;
}

export interface PartResult {
  /** Markdown, without the heading. */
  readonly text: string;
  /** A drawing that belongs to it. */
  readonly chart?: string | undefined;
}

export interface Part {
  readonly name: string;
  readonly title: string;
  readonly run: (context: PartContext) => Promise<PartResult>;
}

/** Where the keys are. */
export const PREFIX = 'bench/run/';

/** The latency model: 50 ms a request, 0.1 ms for each key of a batch, and what S3 documents for a partition. */
export const LOAD = { latencyMs: 50, perKeyMs: 0.1, keysPerSecond: 3500 } as const satisfies Load;

export const NO_RATE: Load = { ...LOAD, keysPerSecond: undefined };

/** What every contest of a run has in common. */
export function contestOf(
  { options, say }: PartContext,
  contestants: readonly ContestantName[],
  rest: Pick<Contest, 'ground' | 'task'>,
): Contest {
  const { rounds, against, profiles, only } = options;
  const chosen = contestants.filter(
    (name) => only?.includes(name) ?? (name !== 'against' || against !== undefined),
  );
  return { contestants: chosen, rounds, against, profiles, say, ...rest };
}
