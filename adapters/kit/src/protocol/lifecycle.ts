import type { Lifecycle, LifecycleDocumentRest, LifecycleFacet } from '@store/driver';
import { ignoring } from '../ignoring.js';
import { readLifecycleDocument, writeLifecycleDocument, type RuleForm } from '../lifecycle-document.js';
import { headerOf } from '../object-info.js';
import { DECLARATION } from '../xml-writing.js';
import { XML, type Service } from './service.js';

/** How a service keeps the lifecycle rules of a bucket. */
export interface LifecycleForm extends Omit<LifecycleFacet, 'get' | 'put'>, RuleForm {
  /** What it says of a bucket without rules. */
  readonly none: string;
}

const QUERY = { lifecycle: '' };

/** The rules of a bucket, which are read and written as one document. */
export function lifecycleFacet(service: Service, form: LifecycleForm): LifecycleFacet {
  const { filter, uploads, none, ...facts } = form;
  const { own, attributes } = service.dialect;
  const minimumSize = `${own}transition-default-minimum-object-size`;
  return {
    ...facts,
    /** GetBucketLifecycleConfiguration. Without rules it is an error. */
    get(call) {
      const request = { method: 'GET', query: QUERY } as const;
      const get = (): Promise<Lifecycle> =>
        service.ask('getLifecycle', call, request, 'LifecycleConfiguration', (document, said) => {
          const { rules, extra: beside } = readLifecycleDocument(document);
          const transitionDefaultMinimumObjectSize = headerOf(said, minimumSize);
          const extra: LifecycleDocumentRest = { ...beside, transitionDefaultMinimumObjectSize };
          return { rules, extra };
        });
      return ignoring(none, get, { rules: [] });
    },
    /** PutBucketLifecycleConfiguration, which replaces all rules; without any, DeleteBucketLifecycle. */
    async put(update, call) {
      const document = writeLifecycleDocument(update, { filter, uploads }, attributes);
      if (document === undefined) {
        const request = { method: 'DELETE', query: QUERY } as const;
        return service.tell('putLifecycle', call, request, () => undefined);
      }
      // It comes from `get` above, or from those who know this form.
      const extra = update.extra as LifecycleDocumentRest | undefined;
      const headers = { ...XML, [minimumSize]: extra?.transitionDefaultMinimumObjectSize };
      const content = Buffer.from(`${DECLARATION}${document}`);
      const request = { method: 'PUT', query: QUERY, headers, content, digested: true } as const;
      return service.tell('putLifecycle', call, request, () => undefined);
    },
  };
}
