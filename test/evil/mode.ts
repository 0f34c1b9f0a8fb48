import type { ServerResponse } from 'node:http';
import type { Answer, Batch, Page, Single } from './answer.js';
import type { Ask, Kind } from './ask.js';
import type { Dialect } from './dialect.js';
import type { Random } from './random.js';
import type { ByteKey, Truth } from './truth.js';
import type { Wire } from './wire.js';

/** What a mode may look at and use while it spoils an answer. */
export interface ModeContext {
  readonly dialect: Dialect;
  readonly ask: Ask;
  readonly random: Random;
  /** How often this mode has been at work before. */
  readonly turn: number;
  /** Milliseconds since the first request. */
  readonly ageMs: number;
  /** What the mode keeps for its next turns; empty at first. */
  readonly memory: Map<string, unknown>;
  /** Another server, which nobody may send anything to. */
  readonly elsewhere: string;
  /** Tells that the answer names this key in clear words, though it is not in the bucket. */
  readonly invent: (key: ByteKey) => void;
}

export interface Sending extends ModeContext {
  readonly response: ServerResponse;
  readonly wire: Wire;
}

/** One way to answer wrongly. */
export interface Mode {
  readonly name: string;
  /** The kinds of requests that it is about. */
  readonly on: readonly Kind[];
  readonly dialects?: readonly Dialect['name'][];
  /** Changes the bucket before the run, so that there is something to be wrong about. */
  readonly prepare?: (truth: Truth, prefix: ByteKey, random: Random) => void;
  /**
   * Of what is asked to be deleted, how much is: `all` (default), `none`, `some` of the keys, or `maybe`: all or nothing,
   * by chance.
   */
  readonly acts?: 'all' | 'none' | 'some' | 'maybe';
  /**
   * What it answers looks as if everything had been done, and nothing was; but something about the answer says that it is
   * none, so that nobody may believe it.
   */
  readonly pretends?: true;
  /** Changes what is said. */
  readonly say?: (answer: Answer, context: ModeContext) => void;
  /** Changes how it is written. */
  readonly write?: (wire: Wire, context: ModeContext) => Wire;
  /** Sends it in a way of its own. */
  readonly send?: (sending: Sending) => void;
  /**
   * It says in clear words what is not so; nobody can tell by the answer alone. `gone`: that something was deleted that is
   * still there. `keys`: that there are keys which there are not, in place of those which there are. `hides`: that
   * there is not what there is. `order`: which versions are the latest.
   */
  readonly lies?: 'gone' | 'keys' | 'hides' | 'order';
  /** A run gets over it: over one or two such answers, or over all of them when it has the time. */
  readonly passes?: 'in attempts' | 'in time';
  /** On every request, or it would lie: what it leaves out comes in no other answer. */
  readonly always?: true;
  /** Answers come late or never: clients had better not have much patience. */
  readonly stalls?: true;
  /** It is about what filters look at. */
  readonly facts?: true;
  /** Sends much: for few requests at a time. */
  readonly heavy?: true;
}

type PageKind = Page['ask']['kind'];

/** A mode about pages. */
export function pageMode(
  mode: Omit<Mode, 'say' | 'on'> & {
    readonly on?: readonly PageKind[];
    readonly say: (page: Page, context: ModeContext) => void;
  },
): Mode {
  const { on = ['list', 'versions', 'deletePrefix'], say } = mode;
  return {
    ...mode,
    on,
    say: (answer, context) => {
      if (answer.kind === 'page') say(answer, context);
    },
  };
}

/** A mode about answers to batch deletes. */
export function batchMode(
  mode: Omit<Mode, 'say' | 'on'> & { readonly say: (batch: Batch, context: ModeContext) => void },
): Mode {
  const { say } = mode;
  return {
    ...mode,
    on: ['deleteBatch'],
    say: (answer, context) => {
      if (answer.kind === 'batch') say(answer, context);
    },
  };
}

/** A mode about answers to deletes of one key. */
export function singleMode(
  mode: Omit<Mode, 'say' | 'on'> & { readonly say: (single: Single, context: ModeContext) => void },
): Mode {
  const { say } = mode;
  return {
    ...mode,
    on: ['deleteOne'],
    say: (answer, context) => {
      if (answer.kind === 'single') say(answer, context);
    },
  };
}
