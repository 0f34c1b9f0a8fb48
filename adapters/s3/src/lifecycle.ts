import { StoreError, type Lifecycle, type LifecycleDocumentRest, type LifecycleFacet } from '@store/driver';
import { headerOf, ignoring, readLifecycleDocument, writeLifecycleDocument } from '@store/kit';
import type { Quirks } from './quirks.js';
import { XML, type Requests } from './requests.js';

const QUERY = { lifecycle: '' };
const MINIMUM_SIZE = 'x-amz-transition-default-minimum-object-size';

/** As AWS documents it. */
const ATTRIBUTES = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** @param form in which the service knows rules */
export function lifecycleFacet(
  requests: Requests,
  form: Exclude<Quirks['lifecycle'], false>,
): LifecycleFacet {
  const { quirks } = requests;
  const uploads = ['AbortIncompleteMultipartUpload', 'DaysAfterInitiation'] as const;
  const ruleForm = { filter: form === 'filter', uploads };
  return {
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
    maxRules: 1000,
    overlap: quirks.lifecycleOverlap,
    document: 's3',
    /** GetBucketLifecycleConfiguration. Without rules it is an error. */
    get(call) {
      const request = { method: 'GET', query: QUERY } as const;
      const get = (): Promise<Lifecycle> =>
        requests.ask('getLifecycle', call, request, 'LifecycleConfiguration', (document, said) => {
          const { rules, extra: beside } = readLifecycleDocument(document);
          const transitionDefaultMinimumObjectSize = headerOf(said, MINIMUM_SIZE);
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
      const document = writeLifecycleDocument(update, ruleForm, ATTRIBUTES);
      if (document === undefined) {
        const request = { method: 'DELETE', query: QUERY } as const;
        return requests.tell('putLifecycle', call, request, () => undefined);
      }
      // It comes from `get` above, or from those who know this form.
      const extra = update.extra as LifecycleDocumentRest | undefined;
      const headers = { ...XML, [MINIMUM_SIZE]: extra?.transitionDefaultMinimumObjectSize };
      const request = { method: 'PUT', query: QUERY, headers, content: Buffer.from(document) } as const;
      return requests.tell('putLifecycle', call, request, () => undefined);
    },
  };
}
