import type { ContestantName } from './index.js';
import type { Target } from './contestant.js';

/** What a contestant's process is told. */
export type Order =
  { readonly do: 'prepare'; readonly name: ContestantName; readonly target: Target } | { readonly do: 'run' };

/** What one run took. */
export interface Taken {
  readonly seconds: number;
  /** Of the process, or of the command that it ran. */
  readonly cpuSeconds: number;
  /** Peak of the resident memory during the run, in bytes. */
  readonly peakRss: number;
  /** Resident memory before the run, in bytes; 0 for commands. */
  readonly rssBefore: number;
  readonly listed?: number | undefined;
  readonly journalBytes?: number | undefined;
}

export type Report =
  | { readonly prepared: true }
  | { readonly taken: Taken }
  | { readonly notHere: string }
  | { readonly failed: string };
