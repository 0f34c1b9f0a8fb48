import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  type LifecycleRule as S3Rule,
  type TransitionDefaultMinimumObjectSize,
} from '@aws-sdk/client-s3';
import {
  StoreError,
  type DriverCall,
  type ExpirationRule,
  type Lifecycle,
  type LifecycleUpdate,
} from '@store/core';
import type { Quirks } from './quirks.js';
import type { Requests } from './requests.js';

/** What stands beside the rules, and would be reset by a write that leaves it out. */
interface Extra {
  readonly transitionDefaultMinimumObjectSize?: TransitionDefaultMinimumObjectSize | undefined;
}

/** GetBucketLifecycleConfiguration. A bucket without rules answers with an error. */
export async function getLifecycle(requests: Requests, call: DriverCall): Promise<Lifecycle> {
  const command = new GetBucketLifecycleConfigurationCommand({ Bucket: requests.bucket });
  try {
    return await requests.run('getLifecycle', undefined, call, async (abortSignal) => {
      const { Rules = [], TransitionDefaultMinimumObjectSize: transitionDefaultMinimumObjectSize } =
        await requests.client.send(command, { abortSignal });
      const extra: Extra = { transitionDefaultMinimumObjectSize };
      return { rules: Rules.map(ruleOf), extra };
    });
  } catch (error) {
    if (error instanceof StoreError && error.providerCode === 'NoSuchLifecycleConfiguration')
      return { rules: [] };
    throw error;
  }
}

/** PutBucketLifecycleConfiguration, which replaces all rules; without any, DeleteBucketLifecycle. */
export async function putLifecycle(
  requests: Requests,
  quirks: Quirks,
  { kept, added, extra }: LifecycleUpdate,
  call: DriverCall,
): Promise<void> {
  // They come from `getLifecycle` above.
  const rules = [...kept.map(({ raw }) => raw as S3Rule), ...added.map((rule) => s3Rule(rule, quirks))];
  const { transitionDefaultMinimumObjectSize } = (extra ?? {}) as Extra;
  await requests.run('putLifecycle', undefined, call, async (abortSignal) => {
    if (rules.length === 0) {
      const command = new DeleteBucketLifecycleCommand({ Bucket: requests.bucket });
      await requests.client.send(command, { abortSignal });
      return;
    }
    const command = new PutBucketLifecycleConfigurationCommand({
      Bucket: requests.bucket,
      LifecycleConfiguration: { Rules: rules },
      TransitionDefaultMinimumObjectSize: transitionDefaultMinimumObjectSize,
      ChecksumAlgorithm: quirks.checksumAlgorithm,
    });
    await requests.client.send(command, { abortSignal });
  });
}

function ruleOf(rule: S3Rule): Lifecycle['rules'][number] {
  const { ID = '', Status, Filter, Expiration } = rule;
  const prefix = rule.Prefix ?? Filter?.Prefix ?? Filter?.And?.Prefix ?? '';
  const expires = Expiration?.Days !== undefined || Expiration?.Date !== undefined;
  return { id: ID, enabled: Status === 'Enabled', prefix, expires, raw: rule };
}

function s3Rule(
  { id, prefix, tag, days, noncurrentDays, uploadsDays, expiredMarkers }: ExpirationRule,
  quirks: Quirks,
): S3Rule {
  if (tag && quirks.lifecycle === 'prefix') {
    throw new StoreError('Unsupported', 'lifecycle rules of this service know no tags', { provider: 's3' });
  }
  const expiration = expiredMarkers ? { ExpiredObjectDeleteMarker: true } : days && { Days: days };
  return {
    ID: id,
    Status: 'Enabled',
    // Before filters there was the prefix alone; some services have stayed there.
    ...(quirks.lifecycle === 'prefix' ? { Prefix: prefix } : { Filter: filterOf(prefix, tag) }),
    ...(expiration ? { Expiration: expiration } : {}),
    ...(noncurrentDays ? { NoncurrentVersionExpiration: { NoncurrentDays: noncurrentDays } } : {}),
    ...(uploadsDays ? { AbortIncompleteMultipartUpload: { DaysAfterInitiation: uploadsDays } } : {}),
  };
}

function filterOf(prefix: string, tag: ExpirationRule['tag']): NonNullable<S3Rule['Filter']> {
  return tag ? { And: { Prefix: prefix, Tags: [{ Key: tag.name, Value: tag.value }] } } : { Prefix: prefix };
}
