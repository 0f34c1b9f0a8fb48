import type { Lifecycle, LifecycleFacet } from '@store/core';
import {
  ignoring,
  readLifecycleDocument,
  ruleElement,
  writeLifecycleDocument,
  type BesideRules,
  type HttpAnswer,
  type RuleForm,
} from '@store/kit';
import { XML, type Requests } from './requests.js';
import { parseAnswer } from './xml.js';

const NOTHING_BESIDE: BesideRules = { attributes: '', before: [], behind: [] };

const FORM: RuleForm = { filter: false, uploads: ['AbortMultipartUpload', 'Days'] };

export function lifecycleFacet(requests: Requests): LifecycleFacet {
  const subres = { lifecycle: '' };
  return {
    // https://www.alibabacloud.com/help/en/oss/developer-reference/putbucketlifecycle
    maxRules: 1000,
    overlap: false,
    /** GetBucketLifecycle. A bucket without rules answers with an error. */
    get(call) {
      const read = ({ data }: HttpAnswer): Lifecycle => {
        const { rules, beside } = readLifecycleDocument(parseAnswer(data, 'LifecycleConfiguration'));
        return { rules, extra: beside };
      };
      const sent = { method: 'GET', subres } as const;
      return ignoring('NoSuchLifecycle', () => requests.send('getLifecycle', undefined, call, sent, read), {
        rules: [],
      });
    },
    /** PutBucketLifecycle, which replaces all rules; without any, DeleteBucketLifecycle. */
    put({ kept, added, extra }, call) {
      // They come from `get` above.
      const rules = [...kept.map(({ raw }) => String(raw)), ...added.map((rule) => ruleElement(rule, FORM))];
      const document = writeLifecycleDocument(rules, (extra ?? NOTHING_BESIDE) as BesideRules);
      const sent =
        document === undefined
          ? ({ method: 'DELETE', successStatuses: [204] } as const)
          : ({
              method: 'PUT',
              headers: XML,
              content: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${document}`),
            } as const);
      const request = { ...sent, subres, emptyAnswer: true } as const;
      return requests.send('putLifecycle', undefined, call, request, () => undefined);
    },
  };
}
