import { StoreError, type ExpirationRule, type LifecycleFacet } from '@store/driver';
import { ignoring } from '@store/kit';
import * as v from 'valibot';
import { readAnswer } from './answers.js';
import { deleteLifecycle, getLifecycle, object, putLifecycle } from './calls.js';
import type { OpenApi } from './openapi.js';

/** Whole rules, with what is not known here: they are given back. */
const text = v.nullish(v.string());
const answer = object({
  rules: v.array(
    object({
      ID: text,
      status: v.string(),
      prefix: text,
      filter: v.nullish(object({ prefix: text, and: v.nullish(object({ prefix: text })) })),
      expiration: v.nullish(object({ days: v.nullish(v.number()), date: text })),
    }),
  ),
});

export function lifecycleFacet(api: OpenApi): LifecycleFacet {
  return {
    // As in S3, whose call stands behind it; not documented.
    maxRules: 1000,
    overlap: true,
    async get(call) {
      const { operation } = getLifecycle;
      const get = () => api.ask(getLifecycle, {}, call);
      // How a bucket without rules answers is not documented; the code is that of its S3 call.
      const returnObj = await ignoring('NoSuchLifecycleConfiguration', get, { rules: [] });
      const { rules } = readAnswer(answer, returnObj, operation);
      // Checking makes copies; what is given back is what came.
      const { rules: raw, ...beside } = returnObj as { readonly rules: readonly unknown[] };
      for (const [i, rule] of raw.entries()) checkFaithful(rule, `rules[${i}]`, operation);
      checkFaithful(beside, 'the configuration', operation);
      return {
        extra: beside,
        rules: rules.map((rule, i) => ({
          id: rule.ID ?? '',
          enabled: rule.status === 'Enabled',
          // Documented: the filter wins over the prefix beside it.
          prefix: rule.filter?.prefix ?? rule.filter?.and?.prefix ?? rule.prefix ?? '',
          expires: (rule.expiration?.days ?? rule.expiration?.date ?? undefined) !== undefined,
          raw: raw[i],
        })),
      };
    },
    /** Replaces all rules; without any, the whole configuration goes. */
    async put({ kept, added, extra }, call) {
      const rules = [...kept.map(({ raw }) => raw), ...added.map(jsonRule)];
      // It comes from `get` above.
      const beside = extra ?? {};
      if (rules.length === 0 && Object.keys(beside).length === 0) await api.ask(deleteLifecycle, {}, call);
      else await api.ask(putLifecycle, { lifecycleConfiguration: { ...beside, rules } }, call);
    },
  };
}

/**
 * What could not be given back as it came: numbers beyond those of JavaScript, bytes that are no text.
 *
 * @throws StoreError `Corrupt`, naming the member
 */
function checkFaithful(value: unknown, where: string, operation: string): void {
  if (typeof value === 'object' && value !== null) {
    for (const [name, one] of Object.entries(value)) {
      checkFaithful(name, where, operation);
      checkFaithful(one, `${where}.${name}`, operation);
    }
    return;
  }
  const exact = typeof value !== 'number' || Number.isSafeInteger(value) || !Number.isInteger(value);
  const faithful = typeof value === 'string' ? value.isWellFormed() : exact && value !== Infinity;
  if (faithful) return;
  const message = `${where} of the lifecycle rules could not be written back as it is`;
  throw new StoreError('Corrupt', message, { provider: 'ctyun', operation });
}

function jsonRule(rule: ExpirationRule): object {
  const { id, prefix, tag, days, noncurrentDays, uploadsDays, expiredMarkers } = rule;
  const expiration = expiredMarkers ? { expiredObjectDeleteMarker: true } : days && { days };
  return {
    ID: id,
    status: 'Enabled',
    filter: tag ? { and: { prefix, tags: [{ key: tag.name, value: tag.value }] } } : { prefix },
    ...(expiration ? { expiration } : {}),
    ...(noncurrentDays ? { noncurrentVersionExpiration: { noncurrentDays } } : {}),
    ...(uploadsDays ? { abortIncompleteMultipartUpload: { daysAfterInitiation: uploadsDays } } : {}),
  };
}
