import {
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  PutBucketLifecycleConfigurationCommand,
  type TransitionDefaultMinimumObjectSize,
} from '@aws-sdk/client-s3';
import { StoreError, type Lifecycle, type LifecycleDocumentRest, type LifecycleFacet } from '@store/core';
import { ignoring, readLifecycleDocument, writeLifecycleDocument } from '@store/kit';
import { documentOf } from './answer-check.js';
import { changeCommand } from './client-plugin.js';
import type { Quirks } from './quirks.js';
import type { Requests } from './requests.js';

/** As AWS documents it. */
const ATTRIBUTES = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** @param form in which the service knows rules */
export function lifecycleFacet(
  requests: Requests,
  form: Exclude<Quirks['lifecycle'], false>,
): LifecycleFacet {
  const { bucket, quirks } = requests;
  const uploads = ['AbortIncompleteMultipartUpload', 'DaysAfterInitiation'] as const;
  const ruleForm = { filter: form === 'filter', uploads };
  return {
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
    maxRules: 1000,
    overlap: quirks.lifecycleOverlap,
    document: 's3',
    /** GetBucketLifecycleConfiguration, past the SDK, which drops what it does not know. Without rules it is an error. */
    get(call) {
      const command = new GetBucketLifecycleConfigurationCommand({ Bucket: bucket });
      const get = (): Promise<Lifecycle> =>
        requests.send('getLifecycle', undefined, call, command, (answer) => {
          const { rules, extra: beside } = readLifecycleDocument(documentOf(answer));
          const { TransitionDefaultMinimumObjectSize: transitionDefaultMinimumObjectSize } = answer;
          const extra: LifecycleDocumentRest = { ...beside, transitionDefaultMinimumObjectSize };
          return { rules, extra };
        });
      return ignoring('NoSuchLifecycleConfiguration', get, { rules: [] });
    },
    /** PutBucketLifecycleConfiguration, which replaces all rules; without any, DeleteBucketLifecycle. */
    async put(update, call) {
      const refusal = 'lifecycle rules of this service know no tags';
      if (form === 'prefix' && update.added.some(({ tag }) => tag !== undefined))
        throw new StoreError('Unsupported', refusal, { provider: 's3' });
      const body = writeLifecycleDocument(update, ruleForm, ATTRIBUTES);
      if (body === undefined) {
        const command = new DeleteBucketLifecycleCommand({ Bucket: bucket });
        return requests.send('putLifecycle', undefined, call, command, () => undefined);
      }
      // It comes from `get` above, or from those who know this form.
      const extra = update.extra as LifecycleDocumentRest | undefined;
      // The SDK takes what the header can be today, and sends any text.
      const minimum = extra?.transitionDefaultMinimumObjectSize as
        TransitionDefaultMinimumObjectSize | undefined;
      const command = new PutBucketLifecycleConfigurationCommand({
        Bucket: bucket,
        LifecycleConfiguration: { Rules: [] },
        TransitionDefaultMinimumObjectSize: minimum,
        ChecksumAlgorithm: quirks.checksumAlgorithm,
      });
      // Behind the SDK's serializer, and before everything that measures, digests or signs the body.
      changeCommand(command, 'storeLifecycleDocument', (request) => void (request.body = body), 'high');
      return requests.sendDigested('putLifecycle', undefined, call, command, () => undefined);
    },
  };
}
