import { StoreError, type LifecycleFacet } from '@store/driver';
import { lifecycleFacet as rulesOf, type Service } from '@store/kit';
import type { Quirks } from './quirks.js';

/** Lifecycle rules, in the form in which the service knows them. */
export function lifecycleFacet(
  service: Service,
  { lifecycle, lifecycleOverlap }: Quirks,
): LifecycleFacet | undefined {
  if (lifecycle === false) return undefined;
  const rules = rulesOf(service, {
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
    maxRules: 1000,
    overlap: lifecycleOverlap,
    document: 's3',
    none: 'NoSuchLifecycleConfiguration',
    filter: lifecycle === 'filter',
    uploads: ['AbortIncompleteMultipartUpload', 'DaysAfterInitiation'],
  });
  if (lifecycle === 'filter') return rules;
  return {
    ...rules,
    async put(update, call) {
      const refusal = 'lifecycle rules of this service know no tags';
      if (update.added.some(({ tag }) => tag !== undefined))
        throw new StoreError('Unsupported', refusal, { provider: 's3' });
      return rules.put(update, call);
    },
  };
}
