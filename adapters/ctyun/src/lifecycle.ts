import { z } from 'zod';
import {
  StoreError,
  type DriverCall,
  type ExpirationRule,
  type Lifecycle,
  type LifecycleUpdate,
} from '@store/core';
import { readAnswer } from './answers.js';
import type { OpenApi } from './openapi.js';

/** Whole rules, with what is not known here: they are given back. */
const answer = z.object({
  rules: z.array(
    z.looseObject({
      ID: z.string().nullish(),
      status: z.string(),
      prefix: z.string().nullish(),
      filter: z
        .looseObject({
          prefix: z.string().nullish(),
          and: z.looseObject({ prefix: z.string().nullish() }).nullish(),
        })
        .nullish(),
      expiration: z.looseObject({ days: z.number().nullish(), date: z.string().nullish() }).nullish(),
    }),
  ),
});

/** `get-bucket-lifecycle-conf`. */
export async function getLifecycle(api: OpenApi, call: DriverCall): Promise<Lifecycle> {
  const operation = 'getLifecycle';
  let returnObj: unknown;
  try {
    returnObj = await api.get('get-bucket-lifecycle-conf', {}, { ...call, operation });
  } catch (error) {
    // How a bucket without rules answers is not documented; the code is that of its S3 call.
    if (error instanceof StoreError && error.providerCode === 'NoSuchLifecycleConfiguration')
      return { rules: [] };
    throw error;
  }
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
}

/** `put-bucket-lifecycle-conf`, which replaces all rules; without any, `delete-bucket-lifecycle-conf`. */
export async function putLifecycle(
  api: OpenApi,
  { kept, added, extra }: LifecycleUpdate,
  call: DriverCall,
): Promise<void> {
  const purpose = { ...call, operation: 'putLifecycle' };
  const rules = [...kept.map(({ raw }) => raw), ...added.map(jsonRule)];
  // It comes from `getLifecycle` above.
  const beside = extra ?? {};
  if (rules.length === 0 && Object.keys(beside).length === 0)
    await api.post('delete-bucket-lifecycle-conf', {}, purpose);
  else await api.post('put-bucket-lifecycle-conf', { lifecycleConfiguration: { ...beside, rules } }, purpose);
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
