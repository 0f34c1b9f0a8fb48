import { inspect } from 'node:util';
import { AssertionError } from 'chai';
import { KINDS, type Kind } from './ask.js';
import { byteKey } from './truth.js';
import { PREFIX, randomBucket } from './bucket.js';
import { EvilServer } from './evil-server.js';
import { judge } from './judge.js';
import { Misbehaviour, type Schedule } from './misbehaviour.js';
import type { Mode } from './mode.js';
import { randomPlan, type Plan } from './plan.js';
import { Random } from './random.js';
import { carryOut, type Outcome } from './run.js';
import { openTarget, type StoreUnderTest } from './targets.js';

export interface Scenario {
  readonly store: StoreUnderTest;
  readonly modes: readonly Mode[];
  /** The requests that the call is about. */
  readonly kind: Kind;
  readonly seed: number;
}

/** How a run went that was as it should be. */
export interface Played {
  readonly plan: Plan;
  readonly outcome: Outcome;
  readonly requests: number;
  readonly elapsedMs: number;
  /** How often each of the modes was at work. */
  readonly turns: readonly number[];
}

/**
 * One bucket, one server, one call, one verdict.
 *
 * @throws AssertionError that says what is wrong, and how to see it again
 */
export async function play({ store, modes, kind, seed }: Scenario): Promise<Played> {
  const random = new Random(seed);
  const heavy = modes.some((mode) => mode.heavy);
  const versioned = random.chance(kind === 'versions' ? 0.85 : 0.3);
  const truth = randomBucket(random, versioned);
  for (const mode of modes) mode.prepare?.(truth, byteKey(PREFIX), random);
  // Where a mode is about deletes and listings, what the call is about has to be reached.
  const kinds = modes.length > 1 || random.chance(0.2) ? KINDS : [kind];
  const misbehaviours = modes.map(
    (mode) =>
      new Misbehaviour(
        mode,
        { ...randomSchedule(mode, random, modes.length > 1), kinds },
        new Random(random.int(2 ** 31)),
      ),
  );
  const filtered = modes.some((mode) => mode.facts);
  const plan = randomPlan(random, kind, { light: heavy, filtered });
  const before = truth.copy();
  const server = new EvilServer({
    dialect: store.dialect,
    truth,
    misbehaviours,
    random,
    pageSize: random.pick([2, 3, 5, 1000]),
  });
  await server.start();
  const timeoutMs = modes.some((mode) => mode.stalls) ? 150 : 5000;
  const counted = heavy || random.chance(0.7);
  const target = await openTarget(store, server.port, { timeoutMs, counted });
  const startedAt = Date.now();
  const outcome = await carryOut(target, plan, truth, random);
  server.over = true;
  const elapsedMs = Date.now() - startedAt;
  // Whatever is still sent has left by then.
  await new Promise((resolve) => setImmediate(resolve));
  await target.close();
  await server.close();
  const problems = judge({ plan, outcome, server, misbehaviours, before, after: truth, startedAt, counted });
  const played = {
    plan,
    outcome,
    requests: server.requests,
    elapsedMs,
    turns: misbehaviours.map(({ turns }) => turns),
  };
  if (problems.length === 0) return played;
  throw new AssertionError(
    [
      ...problems,
      `store: ${store.name}; modes: ${misbehaviours.map(({ mode, schedule }) => `${mode.name} ${JSON.stringify(schedule)}`).join(', ')}`,
      `call: ${JSON.stringify(plan)}; seed of the run: ${seed}; ${server.requests} requests, ${elapsedMs} ms`,
      `report: ${JSON.stringify(outcome.report)}`,
      `error: ${inspect(outcome.error, { depth: 0 })}`,
    ].join('\n'),
  );
}

function randomSchedule(mode: Mode, random: Random, combined: boolean): Omit<Schedule, 'kinds'> {
  if (mode.always) return {};
  if (mode.heavy) return { first: 1 + random.int(3) };
  if (combined) return { probability: random.pick([0.1, 0.3, 0.6]) };
  return random.pick<Omit<Schedule, 'kinds'>>([{}, {}, { first: 1 }, { first: 2 }, { probability: 0.5 }]);
}
