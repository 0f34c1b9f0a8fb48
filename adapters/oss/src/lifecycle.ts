import type { Lifecycle, LifecycleFacet } from '@store/driver';
import { ignoring, readLifecycleDocument, writeLifecycleDocument, type RuleForm } from '@store/kit';
import { GONE, XML, type Requests } from './requests.js';
import { parseAnswer } from './xml.js';

const FORM: RuleForm = { filter: false, uploads: ['AbortMultipartUpload', 'Days'] };

export function lifecycleFacet(requests: Requests): LifecycleFacet {
  const subres = { lifecycle: '' };
  return {
    // https://www.alibabacloud.com/help/en/oss/developer-reference/putbucketlifecycle
    maxRules: 1000,
    overlap: false,
    /** GetBucketLifecycle. A bucket without rules answers with an error. */
    get(call) {
      const get = (): Promise<Lifecycle> =>
        requests.send('getLifecycle', undefined, call, { method: 'GET', subres }, ({ data }) =>
          readLifecycleDocument(parseAnswer(data, 'LifecycleConfiguration')),
        );
      return ignoring('NoSuchLifecycle', get, { rules: [] });
    },
    /** PutBucketLifecycle, which replaces all rules; without any, DeleteBucketLifecycle. */
    put(update, call) {
      const document = writeLifecycleDocument(update, FORM);
      const content = Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${document}`);
      const sent =
        document === undefined
          ? ({ method: 'DELETE', subres, ...GONE } as const)
          : ({ method: 'PUT', subres, headers: XML, content, emptyAnswer: true } as const);
      return requests.send('putLifecycle', undefined, call, sent, () => undefined);
    },
  };
}
