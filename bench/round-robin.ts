import { CONTESTANTS, type ContestantName } from './contestants/index.js';
import { runContestant } from './contestants/run-contestant.js';
import type { Taken } from './contestants/protocol.js';
import type { Ground } from './ground.js';
import type { Outcome, Requests } from './server/protocol.js';

/** One run that did what it should. */
export interface Sample extends Taken {
  readonly keys: number;
  readonly requests: Requests;
  /** CPU seconds of the emulator. */
  readonly serverCpu: number;
}

/** What became of one contestant. */
export interface Row {
  readonly name: ContestantName;
  readonly label: string;
  readonly samples: Sample[];
  /** Why there are no samples, or no more of them. */
  problem?: string | undefined;
  /** It could not even begin here. */
  absent?: boolean | undefined;
}

export interface Contest {
  readonly ground: Ground;
  readonly contestants: readonly ContestantName[];
  readonly rounds: number;
  /** Whether all keys are to be deleted, to be listed or to be brought to another place. */
  readonly task: 'delete' | 'list' | 'transfer';
  readonly against?: string | undefined;
  readonly profiles?: string | undefined;
  readonly say: (line: string) => void;
}

/** Longest run, in seconds. */
const LIMIT_SECONDS = 900;

/** Everybody once in each round, each round beginning with another, so that what changes meanwhile changes for all. */
export async function roundRobin(contest: Contest): Promise<readonly Row[]> {
  if (contest.contestants.length === 0) return [];
  const rows = contest.contestants.map((name): Row => ({
    name,
    label: CONTESTANTS[name].label,
    samples: [],
  }));
  for (let round = 0; round < contest.rounds; round++) {
    const first = round % rows.length;
    for (const row of [...rows.slice(first), ...rows.slice(0, first)]) {
      if (row.problem === undefined) await runOnce(row, contest);
    }
  }
  return rows;
}

async function runOnce(row: Row, contest: Contest): Promise<void> {
  const { ground, task, against, profiles, say } = contest;
  const keys = await ground.fill();
  const target = { ...ground.target(), against };
  const execArgv = profiles === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profiles];
  const report = await runContestant(row.name, target, { limitSeconds: LIMIT_SECONDS, execArgv });
  const outcome = await ground.look();
  if ('taken' in report) {
    row.problem = problemOf(report.taken, outcome, keys, task);
    const { requests, cpuSeconds } = outcome;
    if (row.problem === undefined)
      row.samples.push({ ...report.taken, keys, requests, serverCpu: cpuSeconds });
    say(
      `  ${ground.name}, ${row.name}: ${row.problem ?? `${report.taken.seconds.toFixed(2)} s, CPU ${report.taken.cpuSeconds.toFixed(2)} s, server ${cpuSeconds.toFixed(2)} s`}`,
    );
    return;
  }
  row.absent = 'notHere' in report;
  row.problem = 'notHere' in report ? report.notHere : 'failed' in report ? report.failed : 'it did nothing';
  say(`  ${ground.name}, ${row.name}: ${row.problem}`);
}

/** Why a time does not count. */
function problemOf(
  { listed }: Taken,
  { left, harmed }: Outcome,
  keys: number,
  task: Contest['task'],
): string | undefined {
  if (harmed > 0) return `it changed ${harmed} keys that it should not`;
  if (task === 'transfer') return left < keys ? `it brought ${left} of ${keys} files` : undefined;
  if (task === 'delete') return left > 0 ? `it left ${left} of ${keys} keys` : undefined;
  if (left !== keys) return `it deleted ${keys - left} keys`;
  return listed === keys ? undefined : `it listed ${listed} of ${keys} keys`;
}
