import {
  StoreError,
  type DriverCall,
  type ExpirationRule,
  type Lifecycle,
  type LifecycleUpdate,
} from '@store/core';
import { readLifecycleDocument, writeLifecycleDocument, type BesideRules } from '@store/kit';
import { XML, type Requests } from './requests.js';
import { escapeText, parseAnswer } from './xml.js';

const NOTHING_BESIDE: BesideRules = { attributes: '', before: [], behind: [] };

/** GetBucketLifecycle. A bucket without rules answers with an error. */
export async function getLifecycle(requests: Requests, call: DriverCall): Promise<Lifecycle> {
  try {
    const { data } = await requests.send('getLifecycle', undefined, call, {
      method: 'GET',
      subres: { lifecycle: '' },
    });
    return requests.read('getLifecycle', () => {
      const { rules, beside } = readLifecycleDocument(parseAnswer(data, 'LifecycleConfiguration'));
      return { rules, extra: beside };
    });
  } catch (error) {
    if (error instanceof StoreError && error.providerCode === 'NoSuchLifecycle') return { rules: [] };
    throw error;
  }
}

/** PutBucketLifecycle, which replaces all rules; without any, DeleteBucketLifecycle. */
export async function putLifecycle(
  requests: Requests,
  { kept, added, extra }: LifecycleUpdate,
  call: DriverCall,
): Promise<void> {
  // They come from `getLifecycle` above.
  const rules = [...kept.map(({ raw }) => String(raw)), ...added.map(ruleElement)];
  const subres = { lifecycle: '' };
  const document = writeLifecycleDocument(rules, (extra ?? NOTHING_BESIDE) as BesideRules);
  if (document === undefined) {
    await requests.send('putLifecycle', undefined, call, {
      method: 'DELETE',
      subres,
      successStatuses: [204],
      emptyAnswer: true,
    });
    return;
  }
  await requests.send('putLifecycle', undefined, call, {
    method: 'PUT',
    subres,
    headers: XML,
    content: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${document}`),
    emptyAnswer: true,
  });
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
