import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  type GetBucketLifecycleConfigurationCommandOutput,
  type TransitionDefaultMinimumObjectSize,
} from '@aws-sdk/client-s3';
import { StoreError, type ExpirationRule, type Lifecycle, type LifecycleFacet } from '@store/core';
import {
  ignoring,
  readLifecycleDocument,
  ruleElement,
  writeLifecycleDocument,
  type BesideRules,
} from '@store/kit';
import { documentOf } from './answer-check.js';
import { httpRequestOf } from './http-message.js';
import type { Quirks } from './quirks.js';
import type { Requests } from './requests.js';

/** What stands beside the rules, and would be lost by a write that leaves it out. */
interface Extra extends BesideRules {
  readonly transitionDefaultMinimumObjectSize?: TransitionDefaultMinimumObjectSize | undefined;
}

/** As AWS documents it. */
const NO_EXTRA: Extra = {
  attributes: ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"',
  before: [],
  behind: [],
};

type Form = Exclude<Quirks['lifecycle'], false>;

/** @param form in which the service knows rules */
export function lifecycleFacet(
  requests: Requests,
  form: Exclude<Quirks['lifecycle'], false>,
): LifecycleFacet {
  const { bucket, quirks } = requests;
  return {
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
    maxRules: 1000,
    overlap: quirks.lifecycleOverlap,
    /** GetBucketLifecycleConfiguration, past the SDK, which drops what it does not know. Without rules it is an error. */
    get(call) {
      const command = new GetBucketLifecycleConfigurationCommand({ Bucket: bucket });
      const read = (answer: GetBucketLifecycleConfigurationCommandOutput): Lifecycle => {
        const { rules, beside } = readLifecycleDocument(documentOf(answer));
        const { TransitionDefaultMinimumObjectSize: transitionDefaultMinimumObjectSize } = answer;
        const extra: Extra = { ...beside, transitionDefaultMinimumObjectSize };
        return { rules, extra };
      };
      return ignoring(
        'NoSuchLifecycleConfiguration',
        () => requests.send('getLifecycle', undefined, call, command, read),
        { rules: [] },
      );
    },
    /** PutBucketLifecycleConfiguration, which replaces all rules; without any, DeleteBucketLifecycle. */
    async put({ kept, added, extra }, call) {
      // They come from `get` above.
      const rules = [...kept.map(({ raw }) => raw as string), ...added.map((rule) => ruleXml(rule, form))];
      const beside = (extra ?? NO_EXTRA) as Extra;
      const body = writeLifecycleDocument(rules, beside);
      if (body === undefined) {
        const command = new DeleteBucketLifecycleCommand({ Bucket: bucket });
        return requests.send('putLifecycle', undefined, call, command, () => undefined);
      }
      const command = new PutBucketLifecycleConfigurationCommand({
        Bucket: bucket,
        LifecycleConfiguration: { Rules: [] },
        TransitionDefaultMinimumObjectSize: beside.transitionDefaultMinimumObjectSize,
        ChecksumAlgorithm: quirks.checksumAlgorithm,
      });
      command.middlewareStack.add(
        (next) => (args) => {
          httpRequestOf(args).body = body;
          return next(args);
        },
        // Behind the SDK's serializer, and before everything that measures, digests or signs the body.
        { step: 'build', priority: 'high', name: 'storeLifecycleDocument' },
      );
      return requests.sendDigested('putLifecycle', undefined, call, command, () => undefined);
    },
  };
}

function ruleXml(rule: ExpirationRule, form: Form): string {
  if (rule.tag && form === 'prefix')
    throw new StoreError('Unsupported', 'lifecycle rules of this service know no tags', { provider: 's3' });
  const uploads = ['AbortIncompleteMultipartUpload', 'DaysAfterInitiation'] as const;
  return ruleElement(rule, { filter: form === 'filter', uploads });
}
