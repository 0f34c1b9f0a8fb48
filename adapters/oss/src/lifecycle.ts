import type { ExpirationRule, Lifecycle, LifecycleFacet } from '@store/core';
import { ignoring, readLifecycleDocument, writeLifecycleDocument, type BesideRules } from '@store/kit';
import { XML, type Requests } from './requests.js';
import type { TransportResult } from './transport.js';
import { escapeText, parseAnswer } from './xml.js';

const NOTHING_BESIDE: BesideRules = { attributes: '', before: [], behind: [] };

export function lifecycleFacet(requests: Requests): LifecycleFacet {
  const subres = { lifecycle: '' };
  return {
    // https://www.alibabacloud.com/help/en/oss/developer-reference/putbucketlifecycle
    maxRules: 1000,
    overlap: false,
    /** GetBucketLifecycle. A bucket without rules answers with an error. */
    get(call) {
      const read = ({ data }: TransportResult): Lifecycle => {
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
      const rules = [...kept.map(({ raw }) => String(raw)), ...added.map(ruleElement)];
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

function ruleElement(rule: ExpirationRule): string {
  const { id, prefix, tag, days, noncurrentDays, uploadsDays, expiredMarkers } = rule;
  const expiration = expiredMarkers
    ? '<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>'
    : days && `<Days>${days}</Days>`;
  return [
    `<Rule><ID>${escapeText(id)}</ID><Prefix>${escapeText(prefix)}</Prefix><Status>Enabled</Status>`,
    tag && `<Tag><Key>${escapeText(tag.name)}</Key><Value>${escapeText(tag.value)}</Value></Tag>`,
    expiration && `<Expiration>${expiration}</Expiration>`,
    noncurrentDays &&
      `<NoncurrentVersionExpiration><NoncurrentDays>${noncurrentDays}</NoncurrentDays></NoncurrentVersionExpiration>`,
    uploadsDays && `<AbortMultipartUpload><Days>${uploadsDays}</Days></AbortMultipartUpload>`,
    '</Rule>',
  ]
    .filter((part) => part !== undefined && part !== 0)
    .join('');
}
