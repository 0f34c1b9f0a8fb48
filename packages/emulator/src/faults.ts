import type { Refusal, WholeAnswer } from '@store/s3-server';
import { checkInput, optionTypes as types } from '@store/driver';
import * as v from 'valibot';
import { Random } from './random.js';

const share = types.between(0, 1);

const reasonSchema = v.strictObject({
  code: v.string(),
  message: v.optional(v.string()),
  /** HTTP status of a single request; a key of a batch has none. */
  status: v.optional(types.integer(400, 599)),
});

const conditions = {
  /** The provider's name of the operation, such as `DeleteObjects`, or several; default: any. */
  operation: v.optional(types.globs()),
  /** A regular expression that the key has to match; for a batch, one of its keys. */
  key: v.optional(v.string()),
  /** Applies to the n-th matching request alone, from 1. */
  nth: v.optional(types.integer(1)),
  /** Share of the matching requests, 0 to 1. */
  probability: v.optional(share),
  /** Applies this often at most. */
  times: v.optional(types.integer(1)),
};

const effectSchema = v.union(
  [
    /** The request is refused and does nothing. */
    v.strictObject({ error: reasonSchema, retryAfterSeconds: v.optional(types.number()) }),
    /** The connection is reset, before or after the request did its work. */
    v.strictObject({ reset: v.picklist(['before', 'after']) }),
    /** The connection ends after so many bytes of the answer's body. */
    v.strictObject({ truncate: types.count() }),
    /** No answer ever comes; with `after`, the head and so many bytes of the body do. */
    v.strictObject({ hang: v.literal(true), after: v.optional(types.count()) }),
    /** The body of the answer comes byte by byte, one each so many milliseconds. */
    v.strictObject({ trickleMs: types.duration() }),
    /** The answer comes later. */
    v.strictObject({ delayMs: types.duration() }),
    /** This answer comes instead, and nothing is done. */
    v.strictObject({
      answer: v.strictObject({
        status: types.integer(200, 599),
        headers: v.optional(types.texts()),
        body: v.optional(v.string()),
      }),
    }),
    /** Each key of a batch (or the key of a single delete) is refused with this probability. */
    v.strictObject({ keyError: reasonSchema, share: share }),
    /** Changes the answer after the request did its work. For programs. */
    v.strictObject({
      rewrite: v.custom<(answer: WholeAnswer) => WholeAnswer>(
        (value) => typeof value === 'function',
        'expected a function',
      ),
    }),
  ],
  'expected one of error, reset, truncate, hang, trickleMs, delayMs, answer, keyError, rewrite, with what belongs to it',
);

const ruleSchema = v.strictObject({ ...conditions, effect: effectSchema });

/** Keys that are held, as by an object lock or a policy. */
const denySchema = v.strictObject({
  /** A regular expression; default: every key. */
  key: v.optional(v.string()),
  operation: v.optional(types.globs()),
  error: v.optional(reasonSchema, { code: 'AccessDenied', message: 'Access Denied', status: 403 }),
  /** `x-amz-bypass-governance-retention: true` lifts it. */
  unlessBypassed: v.optional(v.boolean()),
});

const planSchema = v.strictObject({
  /** The same seed gives the same faults. Default 1. */
  seed: v.optional(types.integer(-Number.MAX_SAFE_INTEGER)),
  faults: v.optional(v.array(ruleSchema)),
  deny: v.optional(v.array(denySchema)),
});

export type FaultEffect = v.InferOutput<typeof effectSchema>;
export type FaultRule = v.InferOutput<typeof ruleSchema>;
export type FaultPlan = v.InferInput<typeof planSchema>;

/** What a request is about, as far as a plan asks. */
export interface FaultSubject {
  readonly operation: string;
  readonly keys: readonly string[];
  readonly bypassGovernance?: boolean | undefined;
}

/** Decides which requests and keys go wrong. */
export class Faults {
  readonly #random: Random;
  readonly #rules: {
    readonly rule: FaultRule;
    readonly key: RegExp | undefined;
    seen: number;
    applied: number;
  }[];
  readonly #deny: { readonly rule: v.InferOutput<typeof denySchema>; readonly key: RegExp | undefined }[];

  /** @throws StoreError `InvalidArgument` when the plan is not one */
  constructor(plan: FaultPlan = {}) {
    const checked = checkInput(planSchema, plan, { code: 'InvalidArgument', what: 'fault plan' });
    this.#random = new Random(checked.seed ?? 1);
    this.#rules = (checked.faults ?? []).map((rule) => ({
      rule,
      key: pattern(rule.key),
      seen: 0,
      applied: 0,
    }));
    this.#deny = (checked.deny ?? []).map((rule) => ({ rule, key: pattern(rule.key) }));
  }

  /** The effects on this request, in the order of the plan. */
  effectsOn(subject: FaultSubject): FaultEffect[] {
    const effects: FaultEffect[] = [];
    for (const state of this.#rules) {
      const { rule, key } = state;
      if (!isMeant(rule.operation, subject.operation)) continue;
      if (key && !subject.keys.some((one) => key.test(one))) continue;
      state.seen++;
      if (rule.nth !== undefined && state.seen !== rule.nth) continue;
      if (rule.times !== undefined && state.applied >= rule.times) continue;
      if (rule.probability !== undefined && this.#random.next() >= rule.probability) continue;
      state.applied++;
      effects.push(rule.effect);
    }
    return effects;
  }

  /** Why this key is not deleted, or undefined. */
  refusalOf(
    key: string,
    { operation, bypassGovernance }: FaultSubject,
    effects: readonly FaultEffect[],
  ): Refusal | undefined {
    for (const { rule, key: wanted } of this.#deny) {
      if (!isMeant(rule.operation, operation) || (wanted && !wanted.test(key))) continue;
      if (rule.unlessBypassed && bypassGovernance) continue;
      return refusal(rule.error);
    }
    for (const effect of effects) {
      if ('keyError' in effect && this.#random.next() < effect.share) return refusal(effect.keyError);
    }
    return undefined;
  }
}

export function refusal(reason: v.InferOutput<typeof reasonSchema>): Refusal {
  return {
    code: reason.code,
    message: reason.message ?? reason.code,
    status: reason.status ?? (reason.code === 'InternalError' ? 500 : reason.code === 'SlowDown' ? 503 : 403),
  };
}

function isMeant(wanted: string | readonly string[] | undefined, operation: string): boolean {
  if (wanted === undefined) return true;
  return typeof wanted === 'string' ? wanted === operation : wanted.includes(operation);
}

function pattern(source: string | undefined): RegExp | undefined {
  return source === undefined ? undefined : new RegExp(source, 'u');
}
