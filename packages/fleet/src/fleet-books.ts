import type { DeletionFailure, FailureReason } from '@store/core';
import type { SummaryRecord } from '@store/journal';
import type { FleetCommand, FleetRun, PieceId, RowId } from './fleet-run.js';
import type { PieceCounts } from './piece-counts.js';

/**
 * - `open`: there is something to do, and somebody may be at it
 * - `done`: every key has its outcome
 * - `split`: what was left has gone to other pieces
 * - `left`: the run was stopped before its end
 * - `broken`: an error that will not pass ended it
 */
export type PieceStatus = 'open' | EndedStatus;

export type EndedStatus = 'done' | 'split' | 'left' | 'broken';

/** An intent as it is kept: with which number, and what it says. */
export type KeptIntent = Omit<SummaryRecord['intents'][number], 'closed'>;

/** How far a piece has come: everything but its intents, and which of their keys have their outcome. */
export interface PieceAccount extends Omit<SummaryRecord, 'intents'> {
  readonly closed: Readonly<Record<string, readonly number[]>>;
}

/** A piece when somebody takes it up. */
export interface TakenPiece {
  readonly status: PieceStatus;
  /** Whoever has a smaller one has nothing to say any more. */
  readonly epoch: number;
  readonly account: PieceAccount;
  readonly intents: readonly KeptIntent[];
  readonly counts: PieceCounts;
  /** Of a piece that was split. */
  readonly children: readonly number[];
}

/** What is new about a piece. */
export interface PieceChange {
  readonly epoch: number;
  /** How many changes this epoch has had before. */
  readonly sequence: number;
  /** It says everything, and takes the place of what was kept. */
  readonly whole: boolean;
  readonly intents: readonly KeptIntent[];
  /** Numbers of intents whose keys all have their outcome. Only with `account`, which has counted them. */
  readonly closed: readonly number[];
  readonly account?: PieceAccount | undefined;
  readonly counts?: PieceCounts | undefined;
}

/**
 * - `kept`: it survives what the store of the books survives
 * - `lost`: somebody else has taken the piece up, or it is over: nothing may be sent any more
 * - `behind`: the store of the books has lost changes; it wants to be told everything
 */
export type Kept = 'kept' | 'lost' | 'behind';

/** A piece that begins. */
export interface NewPiece {
  readonly account: PieceAccount;
  readonly intents: readonly KeptIntent[];
}

/** How a piece ends. */
export interface PieceEnd {
  readonly epoch: number;
  readonly status: EndedStatus;
  /** Who goes on with what is left. */
  readonly children: readonly NewPiece[];
  readonly failures: readonly DeletionFailure[];
  readonly warnings: readonly string[];
  readonly error?: FailureReason | undefined;
}

/** How a row ends. */
export interface RowEnd {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly remaining?: number | undefined;
  /** It was stopped before all its listings had begun. */
  readonly isCut?: boolean | undefined;
  readonly error?: FailureReason | undefined;
}

/** What is known of a row. */
export interface RowAccount {
  /** The listing that it is at: 0, or 1 for the one over delete markers; -1 before. */
  readonly pass: number;
  readonly counts: PieceCounts;
  /** Of keys that failed or are blocked. */
  readonly byCode: Readonly<Record<string, number>>;
  readonly pieces: Readonly<Record<PieceStatus, number>>;
  /** Errors that ended pieces. */
  readonly errors: readonly FailureReason[];
  readonly warnings: readonly string[];
  /** Some of the keys that failed. */
  readonly failures: readonly DeletionFailure[];
  /** What a second listing found, once it has. */
  readonly remaining?: number | undefined;
  /** It was stopped before all its listings had begun. */
  readonly isCut: boolean;
  /** Milliseconds since the epoch, once it is over. */
  readonly endedAt?: number | undefined;
}

/** What a worker looks at now and then while it deals with a piece. */
export interface Look {
  readonly command: FleetCommand;
  /** Of the run, since it was told to go on after a stop. */
  readonly failed: number;
  /** This piece has the most left of all that are being dealt with, and nobody is being given a share of another one just now. */
  readonly mayShare: boolean;
}

/** Workers that have said something in the last few seconds. */
export interface FleetWorkers {
  readonly workers: number;
  readonly ids: readonly string[];
  /** Pieces that they can deal with at once. */
  readonly slots: number;
}

/** What a fleet has written down where all its workers reach it. */
export interface FleetBooks {
  begin(run: FleetRun): Promise<void>;
  /** @returns undefined where there is no such run */
  run(id: string): Promise<FleetRun | undefined>;
  /** The newest first. */
  runs(): Promise<readonly FleetRun[]>;
  command(id: string): Promise<FleetCommand>;
  tell(id: string, command: FleetCommand): Promise<void>;
  /** Everything about a run is forgotten; of one whose record nobody can read, the record. */
  forget(run: FleetRun | string): Promise<void>;

  row(id: RowId): Promise<RowAccount>;
  /** Begins the next listing of a row with its first piece, once. @returns false when somebody has begun it */
  beginPass(id: RowId, pass: number, piece: NewPiece): Promise<boolean>;
  /** @returns false where there is more to do: somebody has told the run to go on */
  endRow(id: RowId, end: RowEnd): Promise<boolean>;
  /** The numbers of the pieces that are open. */
  openPieces(id: RowId): Promise<readonly number[]>;
  /** Opens what was left of a row again. @returns how often the row has begun again after its end */
  reopen(id: RowId): Promise<number>;

  /** @returns undefined where there is no such piece */
  takeOver(id: PieceId): Promise<TakenPiece | undefined>;
  write(id: PieceId, change: PieceChange): Promise<Kept>;
  /** @returns the numbers of its children; undefined when somebody else has the piece */
  end(id: PieceId, end: PieceEnd): Promise<readonly number[] | undefined>;
  /** @param weight how much the piece has left; 0: it is not to be shared now */
  look(id: PieceId, weight: number): Promise<Look>;

  /** A worker cannot deal with a job. @returns all that have said so of it */
  unfit(job: string, worker: string): Promise<readonly string[]>;

  /** A worker is there. */
  beat(worker: string, slots: number): Promise<void>;
  leave(worker: string): Promise<void>;
  workers(): Promise<FleetWorkers>;

  /** Leave to delete so many keys: after how many milliseconds, and what the rate is. */
  lease(name: string, lease: Lease): Promise<Leased>;

  close(): Promise<void>;
}

/** What a worker asks of a rate that all share, and says of it. */
export interface Lease {
  /** Asked for; 0 to hear of the rate only. */
  readonly keys: number;
  /** That the service has taken since it was said last. */
  readonly taken: number;
  /** The last time that the rate was lowered that this worker knows of; given when the service has asked for less since. */
  readonly throttledIn?: number | undefined;
  /** Ranges of the keys in which the service has asked for less for the first time since it was said last. Default 0. */
  readonly hot?: number | undefined;
  /** How often it has, in any of them, since it was said last. Default 0. */
  readonly refused?: number | undefined;
  /** Requests that the service has carried out since it was said last. Default 0. */
  readonly good?: number | undefined;
  /** The rate is this, and never another one. */
  readonly fixed?: number | undefined;
}

export interface Leased {
  readonly waitMs: number;
  /** Keys a second; undefined: no limit is known. */
  readonly rate?: number | undefined;
  /** How often it has been lowered. */
  readonly epoch: number;
  /** The service has not taken much yet, or of late, and nothing is known of it. */
  readonly isYoung: boolean;
}
