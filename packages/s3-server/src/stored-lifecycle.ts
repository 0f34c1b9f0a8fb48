import type { DriverCall, LifecycleDocumentRest, LifecycleFacet } from '@store/driver';
import { need, type Bucket, type LifecycleRules } from './bucket.js';
import type { ParsedRule } from './lifecycle-rule.js';

const S3_ATTRIBUTES = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** The rules of the store behind a bucket. @throws ServiceError `NotImplemented` where it has none, or others than S3's */
export async function storedLifecycle(bucket: Bucket, call: DriverCall): Promise<LifecycleRules> {
  const { rules, extra } = await facetOf(bucket).get(call);
  if (rules.length === 0) return { rules: undefined };
  // As `document: 's3'` promises.
  const { transitionDefaultMinimumObjectSize: minimumObjectSize, ...beside } = extra as LifecycleDocumentRest;
  return {
    rules: rules.map(({ id, raw }) => ({ id, xml: raw as string })),
    beside: { ...beside, minimumObjectSize },
  };
}

/** Replaces the rules of the store behind a bucket. @throws as {@link storedLifecycle} */
export async function storeLifecycle(
  bucket: Bucket,
  { rules = [], beside }: LifecycleRules,
  parsed: readonly ParsedRule[],
  call: DriverCall,
): Promise<void> {
  const facet = facetOf(bucket);
  if (rules.length === 0 || !beside) return facet.put({ kept: [], added: [] }, call);
  const { attributes = S3_ATTRIBUTES, before, behind, minimumObjectSize } = beside;
  const extra: LifecycleDocumentRest = {
    attributes,
    before,
    behind,
    transitionDefaultMinimumObjectSize: minimumObjectSize,
  };
  const kept = rules.map(({ id, xml }, i) => {
    const { enabled = false, prefix = '', days, date } = parsed[i] ?? {};
    return { id, enabled, prefix, expires: (days ?? date) !== undefined, raw: xml };
  });
  return facet.put({ kept, added: [], extra }, call);
}

function facetOf({ objects: { lifecycle } }: Bucket): LifecycleFacet {
  return need(lifecycle?.document === 's3' ? lifecycle : undefined);
}
