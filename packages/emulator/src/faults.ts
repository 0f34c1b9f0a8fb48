import type { Refusal, WholeAnswer } from '@store/s3-server';
import { z } from 'zod';
import { checkInput } from '@store/core/extend';
import { Random } from './random.js';

const reasonSchema = z.strictObject({
  code: z.string(),
  message: z.string().optional(),
  /** HTTP status of a single request; a key of a batch has none. */
  status: z.number().int().min(400).max(599).optional(),
});

const conditions = {
  /** The provider's name of the operation, such as `DeleteObjects`, or several; default: any. */
  operation: z.union([z.string(), z.array(z.string())]).optional(),
  /** A regular expression that the key has to match; for a batch, one of its keys. */
  key: z.string().optional(),
  /** Applies to the n-th matching request alone, from 1. */
  nth: z.number().int().min(1).optional(),
  /** Share of the matching requests, 0 to 1. */
  probability: z.number().min(0).max(1).optional(),
  /** Applies this often at most. */
  times: z.number().int().min(1).optional(),
};

const effectSchema = z.union([
  /** The request is refused and does nothing. */
  z.strictObject({ error: reasonSchema, retryAfterSeconds: z.number().optional() }),
  /** The connection is reset, before or after the request did its work. */
  z.strictObject({ reset: z.enum(['before', 'after']) }),
  /** The connection ends after so many bytes of the answer's body. */
  z.strictObject({ truncate: z.number().int().min(0) }),
  /** No answer ever comes; with `after`, the head and so many bytes of the body do. */
  z.strictObject({ hang: z.literal(true), after: z.number().int().min(0).optional() }),
  /** The body of the answer comes byte by byte, one each so many milliseconds. */
  z.strictObject({ trickleMs: z.number().min(0) }),
  /** The answer comes later. */
  z.strictObject({ delayMs: z.number().min(0) }),
  /** This answer comes instead, and nothing is done. */
  z.strictObject({
    answer: z.strictObject({
      status: z.number().int().min(200).max(599),
      headers: z.record(z.string(), z.string()).optional(),
      body: z.string().optional(),
    }),
  }),
  /** Each key of a batch (or the key of a single delete) is refused with this probability. */
  z.strictObject({ keyError: reasonSchema, share: z.number().min(0).max(1) }),
  /** Changes the answer after the request did its work. For programs. */
  z.strictObject({
    rewrite: z.custom<(answer: WholeAnswer) => WholeAnswer>(
      (value) => typeof value === 'function',
      'expected a function',
    ),
  }),
]);

const ruleSchema = z.strictObject({ ...conditions, effect: effectSchema });

/** Keys that are held, as by an object lock or a policy. */
const denySchema = z.strictObject({
  /** A regular expression; default: every key. */
  key: z.string().optional(),
  operation: z.union([z.string(), z.array(z.string())]).optional(),
  error: reasonSchema.default({ code: 'AccessDenied', message: 'Access Denied', status: 403 }),
  /** `x-amz-bypass-governance-retention: true` lifts it. */
  unlessBypassed: z.boolean().optional(),
});

const planSchema = z.strictObject({
  /** The same seed gives the same faults. Default 1. */
  seed: z.number().int().optional(),
  faults: z.array(ruleSchema).optional(),
  deny: z.array(denySchema).optional(),
});

export type FaultEffect = z.infer<typeof effectSchema>;
export type FaultRule = z.infer<typeof ruleSchema>;
export type FaultPlan = z.input<typeof planSchema>;

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
  readonly #deny: { readonly rule: z.infer<typeof denySchema>; readonly key: RegExp | undefined }[];

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

export function refusal(reason: z.infer<typeof reasonSchema>): Refusal {
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
